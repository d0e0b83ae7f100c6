// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/shm_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/gst_ptr.h"
#include "core/child_process.h"

namespace {

class ShmSource : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    std::string folder = testing::TempDir() + "cv-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder + "/camera";
  }
  void TearDown() override {
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }
  void listen() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    server_ = core::Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(server_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(server_.get(), 1), 0);
  }
  std::string absent(const std::string& live = "true") const {
    const std::string text =
        "videotestsrc ! fakesink shmsrc name=camera is-live=" + live + " socket-path=" + path_ + " ! fakesink";
    const GstPtr<GstElement> pipeline = gst_adopt(gst_parse_launch(text.c_str(), nullptr));
    return absent_shm_source(pipeline.get());
  }

  std::string folder_;
  std::string path_;
  core::Fd server_;
};

TEST_F(ShmSource, ThatHasNoSocketIsAbsent) {
  for (const char* live : {"true", "false"})
    EXPECT_EQ(absent(live), "shmsrc \"camera\": Could not open socket " + path_ + ": 2 No such file or directory");
}

TEST_F(ShmSource, WhoseServerDiedIsAbsent) {
  listen();
  server_.reset();
  EXPECT_THAT(absent(), testing::EndsWith(path_ + ": 111 Connection refused"));
}

TEST_F(ShmSource, IsThereWithoutItsServerBeingAsked) {
  listen();
  EXPECT_EQ(absent(), "");
  EXPECT_EQ(accept(server_.get(), nullptr, nullptr), -1) << "it has a client";
}

TEST_F(ShmSource, WithoutAPathIsNotJudged) {
  const GstPtr<GstElement> pipeline = gst_adopt(gst_parse_launch("shmsrc ! fakesink", nullptr));
  EXPECT_EQ(absent_shm_source(pipeline.get()), "");
}

}  // namespace
