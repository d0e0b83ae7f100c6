// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stamp_caps.h"

#include <algorithm>
#include <optional>

#include "core/stamp.h"

namespace cvgst {
namespace {

struct Range {
  int low;
  int high;
};

std::optional<Range> transform(Range heights, bool to_stamped) {
  constexpr int kLimit = G_MAXINT - 2 * core::kStampRows;
  constexpr int kRow = core::kStampRows;
  if (to_stamped) {
    const int high = heights.high > kLimit ? G_MAXINT : core::stamped_height(heights.high);
    return Range{core::stamped_height(std::min(heights.low, kLimit)), high};
  }
  // Stamped heights are whole macroblocks, at least two of them.
  const int lowest = std::max(2 * kRow, (std::min(heights.low, kLimit) + kRow - 1) / kRow * kRow);
  const int highest = heights.high > kLimit ? G_MAXINT : heights.high / kRow * kRow;
  if (highest < lowest) return {};
  return Range{lowest - 2 * kRow + 1, highest == G_MAXINT ? G_MAXINT : highest - kRow};
}

std::optional<Range> heights_of(const GValue* value) {
  if (G_VALUE_HOLDS_INT(value)) return Range{g_value_get_int(value), g_value_get_int(value)};
  if (GST_VALUE_HOLDS_INT_RANGE(value))
    return Range{gst_value_get_int_range_min(value), gst_value_get_int_range_max(value)};
  return {};
}

void append_transformed(GValue* list, const GValue* value, bool to_stamped) {
  const auto heights = heights_of(value);
  const auto transformed = heights ? transform(*heights, to_stamped) : std::nullopt;
  if (!transformed) return;
  GValue item = G_VALUE_INIT;
  if (transformed->low == transformed->high) {
    g_value_init(&item, G_TYPE_INT);
    g_value_set_int(&item, transformed->low);
  } else {
    g_value_init(&item, GST_TYPE_INT_RANGE);
    gst_value_set_int_range(&item, transformed->low, transformed->high);
  }
  gst_value_list_append_and_take_value(list, &item);
}

gboolean transform_structure(GstCapsFeatures*, GstStructure* structure, gpointer to_stamped_data) {
  const bool to_stamped = *static_cast<const bool*>(to_stamped_data);
  const GValue* height = gst_structure_get_value(structure, "height");
  if (height == nullptr) return TRUE;
  g_auto(GValue) heights = G_VALUE_INIT;
  g_value_init(&heights, GST_TYPE_LIST);
  if (GST_VALUE_HOLDS_LIST(height)) {
    for (guint i = 0; i < gst_value_list_get_size(height); ++i)
      append_transformed(&heights, gst_value_list_get_value(height, i), to_stamped);
  } else {
    append_transformed(&heights, height, to_stamped);
  }
  const guint count = gst_value_list_get_size(&heights);
  if (count == 0) return FALSE;
  gst_structure_set_value(structure, "height", count == 1 ? gst_value_list_get_value(&heights, 0) : &heights);
  return TRUE;
}

}  // namespace

void transform_heights(GstCaps* caps, bool to_stamped) {
  gst_caps_filter_and_map_in_place(caps, transform_structure, &to_stamped);
}

}  // namespace cvgst
