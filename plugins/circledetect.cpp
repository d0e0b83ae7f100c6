// SPDX-License-Identifier: LGPL-2.1-or-later
// circledetect: finds circles with OpenCV's Hough transform.
/**
 * SECTION:element-circledetect
 * @title: circledetect
 *
 * Looks for circles on the brightness of each frame, which it neither writes to nor copies. Each circle found becomes a
 * #GstVideoRegionOfInterestMeta of type "circle" whose box is the circle's bounding square, with a params structure
 * "detection": the doubles "confidence" (0 to 1: part of the circumference with an edge), "center-x", "center-y" and
 * "radius", in pixels from the picture's top left corner, with fractions. Each frame, with or without a circle, gets a
 * custom meta "CvInferenceMeta": "model" (string) and "duration" (guint64, nanoseconds that the inference took). This
 * time, as it mostly is, is part of the pipeline's latency.
 *
 * With #circledetect:post-messages an element message named "circledetect" is posted for each frame:
 *
 * * #guint `frame-id`: the frame's running time on a 90 kHz clock, modulo 2^32; a frame without one has no such field
 * * #guint64 `running-time`: the frame's running time in nanoseconds
 * * #guint64 `timestamp`: the frame's timestamp in nanoseconds
 * * #gchar* `model`: the property model-name
 * * #guint64 `duration`: nanoseconds that the inference took
 * * #gint `width`, `height`: size of the picture in pixels
 * * #GstValueArray `objects` of structures "object": #gchar* `type`; #gdouble `x`, `y`, `w`, `h`: bounding box in
 * pixels; #gdouble `confidence`, `center-x`, `center-y`, `radius`
 *
 * |[
 * gst-launch-1.0 ballsrc ! circledetect ! overlaydraw ! videoconvert ! autovideosink
 * ]| A ball with a circle drawn where it was found.
 * |[
 * gst-launch-1.0 -m ballsrc ! circledetect runtime=100 ! fakesink
 * ]| Ten messages a second on the terminal, each with the ball's place.
 */
#include "circledetect.h"

#include "core/circles.h"
#include "gstcvdetector.h"

static std::vector<core::Detection> detect(const core::Pixels& pixels, const cvgst::Parameters& parameters) {
  core::CircleOptions options;
  options.scale = parameters["scale"];
  options.min_radius = parameters["min-radius"];
  options.max_radius = parameters["max-radius"];
  options.min_distance = parameters["min-distance"];
  options.edge_threshold = parameters["edge-threshold"];
  options.accumulator_threshold = parameters["accumulator-threshold"];
  options.max_circles = static_cast<int>(parameters["max-circles"]);

  std::vector<core::Detection> detections;
  for (const auto& found : core::find_circles(pixels, options))
    detections.push_back(core::circle_detection("circle", found.circle, found.confidence));
  return detections;
}

bool register_circledetect(GstPlugin* plugin) {
  const core::CircleOptions d;
  return cvgst::register_detector(
      plugin, {.name = "circledetect",
               .title = "Circle detector",
               .description = "Finds circles with OpenCV's Hough transform and attaches them as regions of interest",
               .author = CV_AUTHOR,
               .detect = detect,
               .parameters = {
                   {"scale", "Look for circles on a picture of this part of the width and height", 0.1, 1, d.scale},
                   {"min-radius", "Radius of the smallest circle, in pixels", 1, 4096, d.min_radius},
                   {"max-radius", "Radius of the largest circle, in pixels", 1, 4096, d.max_radius},
                   {"min-distance", "Smallest distance between two centres, in pixels", 1, 4096, d.min_distance},
                   {"edge-threshold",
                    "Gradient, in grey levels by the Sobel operator, from which on a pixel is an edge "
                    "(cv::HoughCircles param1)",
                    1, 2000, d.edge_threshold},
                   {"accumulator-threshold", "Votes of edge pixels that make a circle (cv::HoughCircles param2)", 1,
                    10000, d.accumulator_threshold},
                   {"max-circles", "Most circles in a frame: those with most votes", 1, 1000,
                    static_cast<double>(d.max_circles), true},
               }});
}
