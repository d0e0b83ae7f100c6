// SPDX-License-Identifier: LGPL-2.1-or-later
#include "results.h"

#include <algorithm>

#include "core/shorten.h"

namespace core {
namespace {

constexpr std::size_t kMaxMessage = kMaxResult / 8;  // for people; one character may become six in JSON

OrderedJson object_of(const Object& object) {
  OrderedJson json = OrderedJson::object();
  for (const auto& detail : object.details) json[detail.name] = json_of(detail.value);
  json["label"] = object.label;
  json["confidence"] = or_null(object.confidence);
  json["x"] = json_of(object.x);
  json["y"] = json_of(object.y);
  json["w"] = json_of(object.w);
  json["h"] = json_of(object.h);
  return json;
}

std::string result_text(const Result& result, std::size_t count) {
  auto objects = OrderedJson::array();
  for (std::size_t i = 0; i < count; ++i) objects.push_back(object_of(result.objects[i]));
  OrderedJson json{{"type", "result"},         {"frame", result.frame},      {"model", result.model},
                   {"ms", or_null(result.ms)}, {"age", json_of(result.age)}, {"width", result.width},
                   {"height", result.height},  {"whole", result.whole},      {"objects", std::move(objects)}};
  if (count < result.objects.size()) json["truncated"] = true;
  return json_text(json);
}

}  // namespace

std::string encode(const StreamInfo& info) {
  OrderedJson stamp = nullptr;
  if (info.stamp) stamp = {{"rows", info.stamp->rows}, {"cell", info.stamp->cell}};
  OrderedJson json{{"type", "stream"},
                   {"clockRate", 90000},
                   {"rtpOffset", or_null(info.rtp_offset)},
                   {"epoch", json_of(info.epoch)},
                   {"stamp", std::move(stamp)},
                   {"state", info.lost ? "lost" : "live"},
                   {"message", shorten(info.message, kMaxMessage)}};
  for (const auto& [width, height, rows, cell] : info.rungs)
    json["rungs"].push_back({{"width", width}, {"height", height}, {"rows", rows}, {"cell", cell}});
  return json_text(json);
}

std::string encode(const ModelState& state) {
  return json_text({{"type", "model"},
                    {"model", state.model},
                    {"state", state.state},
                    {"message", shorten(state.message, kMaxMessage)},
                    {"since", json_of(state.since)}});
}

std::string encode(const Result& result, std::size_t most) {
  std::size_t count = result.objects.size();
  std::string text = result_text(result, count);
  while (text.size() > most && count > 0) {
    // objects are about the same size: leave out as many as are too much, at least one
    count = std::min(count - 1, count * most / text.size());
    text = result_text(result, count);
  }
  return text;
}

}  // namespace core
