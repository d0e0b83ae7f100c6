// SPDX-License-Identifier: LGPL-2.1-or-later
// The launch lines in the elements' documentation, run as written: with a fakesink for the window, and an end.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "gst_ptr.h"

namespace {

constexpr int kFrames = 5;

std::vector<std::string> lines_of(const std::string& source) {
  std::ifstream file(std::string(PLUGIN_SOURCES) + "/" + source);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::regex line(R"(\|\[\n \* gst-launch-1\.0 (?:-m )?([^\n]+)\n \* \]\|)");
  std::vector<std::string> lines;
  for (std::sregex_iterator i(text.begin(), text.end(), line), end; i != end; ++i) lines.push_back((*i)[1]);
  return lines;
}

std::string shortened(std::string line) {
  line = std::regex_replace(line, std::regex("autovideosink"), "fakesink");
  line = std::regex_replace(line, std::regex(" num-buffers=\\d+"), "");
  return std::regex_replace(line, std::regex("^ballsrc"), "ballsrc num-buffers=" + std::to_string(kFrames));
}

void count_buffer(GstElement*, GstBuffer*, GstPad*, gpointer count) {
  ++*static_cast<int*>(count);
}

int frames_that_arrive(const std::string& line) {
  g_autoptr(GError) error = nullptr;
  const Ptr<GstElement> pipeline(gst_parse_launch(line.c_str(), &error));
  if (!pipeline || error != nullptr) {
    ADD_FAILURE() << line << ": " << (error != nullptr ? error->message : "");
    return 0;
  }
  int count = 0;
  g_autoptr(GstIterator) sinks = gst_bin_iterate_sinks(GST_BIN(pipeline.get()));
  g_auto(GValue) item = G_VALUE_INIT;
  gst_iterator_next(sinks, &item);
  g_object_set(g_value_get_object(&item), "signal-handoffs", TRUE, nullptr);
  g_signal_connect(g_value_get_object(&item), "handoff", G_CALLBACK(count_buffer), &count);

  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const Ptr<GstBus> bus(gst_element_get_bus(pipeline.get()));
  const Ptr<GstMessage> end(gst_bus_timed_pop_filtered(
      bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  if (!end || GST_MESSAGE_TYPE(end.get()) != GST_MESSAGE_EOS) ADD_FAILURE() << line << " does not end well";
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return count;
}

}  // namespace

class LaunchLines : public testing::TestWithParam<const char*> {};

TEST_P(LaunchLines, run_as_written) {
  const auto lines = lines_of(GetParam());
  ASSERT_GE(lines.size(), 2U);
  std::filesystem::current_path(PLUGIN_SOURCES "/..");  // lines name files of ours
  for (const auto& line : lines) {
    const bool limited = line.find("max-rate=") != std::string::npos;  // framelimit leaves frames out
    EXPECT_EQ(frames_that_arrive(shortened(line)), limited ? 1 : kFrames) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(Elements, LaunchLines,
                         testing::Values("gstballsrc.cpp", "circledetect.cpp", "gstoverlaydraw.cpp",
                                         "gstframelimit.cpp", "gstframestamp.cpp", "gstmodelproc.cpp"));
