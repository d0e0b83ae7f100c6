// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inference_latency.h"

#include <algorithm>

namespace cvgst {

// Whole steps, so that small differences are no change. A sink has some 20 ms of patience anyway.
constexpr GstClockTime kStep = 5 * GST_MSECOND;

bool InferenceLatency::add(GstClockTime duration) {
  // The first one is often far slower: libraries are loaded, memory is new. A sink that waits for it would make all
  // frames late.
  if (count_++ == 0) return false;
  last_[(count_ - 2) % last_.size()] = duration;
  const auto known = static_cast<std::ptrdiff_t>(std::min(count_ - 1, last_.size()));
  auto sorted = last_;
  // not the slowest: a single slow frame may be lost, but must not hold all others back
  const auto rank = sorted.begin() + (known - 1) * 3 / 4;
  std::nth_element(sorted.begin(), rank, sorted.begin() + known);
  const GstClockTime wanted = (*rank / kStep + 1) * kStep;
  const GstClockTime told = value_;
  const bool much_less = wanted + kStep <= told - told / 4;
  if (wanted <= told && !much_less) return false;
  value_ = wanted;
  return true;
}

void add_latency(GstQuery* query, GstClockTime own) {
  gboolean live = FALSE;
  GstClockTime least = 0;
  GstClockTime most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  gst_query_set_latency(query, live, least + own, GST_CLOCK_TIME_IS_VALID(most) ? most + own : most);
}

void post_latency(gpointer element) {
  gst_element_post_message(GST_ELEMENT(element), gst_message_new_latency(GST_OBJECT(element)));
}

}  // namespace cvgst
