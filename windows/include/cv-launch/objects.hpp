// SPDX-License-Identifier: LGPL-2.1-or-later
// What was found in a picture, for cv-launch/imshow.hpp, and the JSON that cv-launch takes of it
// (plugins/core/MODEL.md).
#ifndef CV_LAUNCH_OBJECTS_HPP
#define CV_LAUNCH_OBJECTS_HPP

#include <cmath>
#include <cstdint>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace cv_launch {

struct Point {
  double x = 0, y = 0;
};

struct Circle {
  double x = 0, y = 0, radius = 0;
};

// What was found, in pixels of the picture: at least a box, a circle, a polygon or keypoints. One with a number that is
// infinite or none (NaN) is left out.
struct Object {
  double x = 0, y = 0, w = 0, h = 0;    // of the box; no width and no height: none, if there is something else
  std::string label{};                  // its class
  std::optional<double> confidence{};   // 0 to 1
  std::string text{};                   // shown with the label
  std::optional<std::int64_t> track{};  // a number that it keeps from picture to picture
  std::optional<Circle> circle{};
  std::vector<Point> polygon{};
  std::vector<Point> keypoints{};
  std::string more{};  // further members for the page, as JSON: "\"speed\":3,\"lane\":\"left\""
};
using Objects = std::vector<Object>;

namespace detail {

// An object as JSON, member by member.
class Json {
 public:
  Json() {
    text_.imbue(std::locale::classic());
    text_.precision(10);
  }

  void number(const char* name, double value) {
    begin(name);
    add(value);
  }
  void string(const char* name, const std::string& value) {
    if (value.empty()) return;
    begin(name);
    text_ << '"';
    for (const char c : value) {
      if (c == '"' || c == '\\')
        text_ << '\\' << c;
      else if (static_cast<unsigned char>(c) < 0x20)
        text_ << ' ';
      else
        text_ << c;
    }
    text_ << '"';
  }
  void points(const char* name, const std::vector<Point>& points) {
    if (points.empty()) return;
    begin(name);
    const char* between = "[";
    for (const Point& point : points) {
      text_ << std::exchange(between, ",") << '[';
      add(point.x);
      text_ << ',';
      add(point.y);
      text_ << ']';
    }
    text_ << ']';
  }
  void more(const std::string& members) {
    if (!members.empty()) text_ << std::exchange(between_, ",") << members;
  }
  // Nothing: there is a number that JSON does not have.
  std::optional<std::string> object() const {
    if (!finite_) return std::nullopt;
    return "{" + text_.str() + "}";
  }

 private:
  void begin(const char* name) { text_ << std::exchange(between_, ",") << '"' << name << "\":"; }
  void add(double value) {
    finite_ = finite_ && std::isfinite(value);
    text_ << value;
  }

  std::ostringstream text_;
  const char* between_ = "";
  bool finite_ = true;
};

inline std::optional<std::string> json(const Object& object) {
  Json json;
  const bool other = object.circle || !object.polygon.empty() || !object.keypoints.empty();
  if (!other || object.w != 0 || object.h != 0) {
    json.number("x", object.x);
    json.number("y", object.y);
    json.number("w", object.w);
    json.number("h", object.h);
  }
  if (object.circle) {
    json.number("center-x", object.circle->x);
    json.number("center-y", object.circle->y);
    json.number("radius", object.circle->radius);
  }
  json.points("polygon", object.polygon);
  json.points("keypoints", object.keypoints);
  json.string("label", object.label);
  if (object.confidence) json.number("confidence", *object.confidence);
  json.string("text", object.text);
  if (object.track) json.more("\"track\":" + std::to_string(*object.track));
  json.more(object.more);
  return json.object();
}

inline std::string json(const Objects& objects) {
  std::string text;
  for (const Object& object : objects)
    if (const auto one = json(object)) text += (text.empty() ? "" : ",") + *one;
  return "[" + text + "]";
}

}  // namespace detail
}  // namespace cv_launch

#endif
