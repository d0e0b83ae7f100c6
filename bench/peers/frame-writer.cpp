// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives the frames of a GStreamer pipeline to another process, through a ring in shared memory: for bench/latency's
// peers that bring an encoder of their own.
//
//   frame-writer "ballsrc ! video/x-raw,… ! framestamp name=stamp ! appsink name=sink"
//
// Standard output has a line "PATH WIDTH HEIGHT" first and then, for each frame, "OFFSET RUNNING-TIME": where in PATH
// the I420 frame begins, and its time in ns. It stays as it is while seven more frames are written.
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>

namespace {

constexpr gsize kSlots = 8;

// The stamps count from 1970: any process of this machine can say how old a frame is.
void play(GstElement* pipeline) {
  g_autoptr(GstClock) clock = gst_system_clock_obtain();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
  gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);  // the base time stays what it is set to here
  gst_element_set_base_time(pipeline, gst_clock_get_time(clock));
  const std::chrono::nanoseconds epoch = std::chrono::system_clock::now().time_since_epoch();
  g_autoptr(GstElement) stamp = gst_bin_get_by_name(GST_BIN(pipeline), "stamp");
  g_object_set(stamp, "running-time-offset", gint64{epoch.count()}, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
}

// Memory without a name goes away with its last user; others open it by its descriptor here.
char* share(GstSample* sample, gsize size) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
      size != gsize(info.width) * gsize(info.height) * 3 / 2)
    return nullptr;  // padded lines, or another format
  const int fd = memfd_create("frames", 0);
  if (fd < 0 || ftruncate(fd, off_t(kSlots * size)) != 0) return nullptr;
  void* memory = mmap(nullptr, kSlots * size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::printf("/proc/%d/fd/%d %d %d\n", getpid(), fd, info.width, info.height);
  return static_cast<char*>(memory);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  g_autoptr(GError) error = nullptr;
  g_autoptr(GstElement) pipeline = argc == 2 ? gst_parse_launch(argv[1], &error) : nullptr;
  if (!pipeline || error) {
    std::fprintf(stderr, "frame-writer: %s\n", error ? error->message : "give it one pipeline");
    return 1;
  }
  g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
  play(pipeline);

  char* ring = nullptr;
  for (gsize frame = 0;; ++frame) {
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(GST_APP_SINK(sink));
    if (!sample) break;  // an error: the sink has ended
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    const gsize size = gst_buffer_get_size(buffer);
    if (!ring && !(ring = share(sample, size))) break;
    const gsize offset = frame % kSlots * size;
    gst_buffer_extract(buffer, 0, ring + offset, size);
    // A reader that has gone ends this process, by SIGPIPE.
    std::printf("%zu %" G_GUINT64_FORMAT "\n", offset, GST_BUFFER_PTS(buffer));
    std::fflush(stdout);
  }
  std::fprintf(stderr, "frame-writer: no frames, or not compact I420\n");
  return 1;
}
