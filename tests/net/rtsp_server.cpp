// SPDX-License-Identifier: LGPL-2.1-or-later
// An RTSP camera for the tests, over Debian's gst-rtsp-server: a moving ball at rtsp://127.0.0.1:PORT/ball, on a free
// port that it prints.
//
//   cv-test-rtsp [NAME PASSWORD]     with a name, only who knows it and the password may watch
#include <gst/rtsp-server/rtsp-server.h>

#include <cstdio>

namespace {

constexpr const char* kVideo =
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1 ! x264enc "
    "tune=zerolatency "
    "speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96 audiotestsrc is-live=true ! alawenc ! "
    "rtppcmapay name=pay1 )";

GstRTSPToken* token_of_viewer() {
  return gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", nullptr);
}

void protect(GstRTSPServer* server, GstRTSPMediaFactory* factory, const char* name, const char* password) {
  g_autoptr(GstRTSPAuth) auth = gst_rtsp_auth_new();
  g_autofree char* basic = gst_rtsp_auth_make_basic(name, password);
  g_autoptr(GstRTSPToken) token = token_of_viewer();
  gst_rtsp_auth_add_basic(auth, basic, token);
  gst_rtsp_server_set_auth(server, auth);
  gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                  GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  if (argc != 1 && argc != 3) {
    std::fprintf(stderr, "usage: cv-test-rtsp [NAME PASSWORD]\n");
    return 2;
  }
  g_autoptr(GstRTSPServer) server = gst_rtsp_server_new();
  gst_rtsp_server_set_address(server, "127.0.0.1");
  gst_rtsp_server_set_service(server, "0");
  GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
  gst_rtsp_media_factory_set_launch(factory, kVideo);
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  if (argc == 3) protect(server, factory, argv[1], argv[2]);
  g_autoptr(GstRTSPMountPoints) mounts = gst_rtsp_server_get_mount_points(server);
  gst_rtsp_mount_points_add_factory(mounts, "/ball", factory);
  if (gst_rtsp_server_attach(server, nullptr) == 0) {
    std::fprintf(stderr, "cv-test-rtsp: no port can be had\n");
    return 1;
  }
  std::printf("listening on %d\n", gst_rtsp_server_get_bound_port(server));
  std::fflush(stdout);
  g_autoptr(GMainLoop) loop = g_main_loop_new(nullptr, FALSE);
  g_main_loop_run(loop);
}
