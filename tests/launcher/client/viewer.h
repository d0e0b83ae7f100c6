// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer of cv-launch that receives without decoding, and that can misbehave.
#pragma once

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>
#include <libsoup/soup.h>

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rtp_counter.h"

class JsonReading;

struct Options {
  std::string url;
  unsigned number = 0;  ///< of those in this process
  std::string
      address;  ///< receives media at no other one; "": at all that there are, or at 127.0.0.1 with a server there
  bool candidates = true;
  bool ping = true;
  bool falseFingerprint = false;
  bool channels = true;  ///< false: what the server sends to open them is thrown away
  bool nack = false;
  bool reports = false;  ///< says which packets came, and when (transport-cc)
  bool listFrames = false;
  unsigned interval = 1000;          ///< ms between two reports
  std::vector<std::string> control;  ///< texts to send on the `control` channel once it is open, the first one at once
  unsigned controlInterval = 0;      ///< ms to the next of `control`, again and again; 0: only the first one
};

/// Lives in the main thread. GStreamer's threads count packets and otherwise only post to it.
class Viewer {
 public:
  Viewer(Options options, GMainLoop* loop) : options_(std::move(options)), loop_(loop) {}
  ~Viewer();
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  void start();
  [[nodiscard]] std::string report(bool final) const;  ///< one line of JSON with all counts
  [[nodiscard]] int exitCode() const { return exitCode_; }

 private:
  static void onElement(GstBin* peer, GstBin* parent, GstElement* element, Viewer* self);
  static void onRtpPad(GstElement* rtpbin, GstPad* pad, Viewer* self);
  static void onCandidate(GstElement* peer, guint section, const char* candidate, Viewer* self);
  static void onDataChannel(GstElement* peer, GstWebRTCDataChannel* channel, Viewer* self);

  void fail(const std::string& message);
  bool makePeer();
  bool bindTo(const std::string& address);
  void connected(SoupWebsocketConnection* socket);
  void signalling(const char* text);
  void carried(const std::string& offer, const std::string& sdp);
  void offer(const std::string& text);
  bool acceptTransportCc(GstSDPMessage* sdp) const;
  void answer(GstWebRTCSessionDescription* description);
  void channelOpened(GstWebRTCDataChannel* channel);
  void channelMessage(const char* text);
  void sendSignalling(const std::string& text);
  void sendControl(const std::string& text);
  void ping();
  void pong(const JsonReading& message);

  Options options_;
  GMainLoop* loop_;
  GstElement* pipeline_ = nullptr;
  GstElement* peer_ = nullptr;
  SoupSession* session_ = nullptr;
  SoupWebsocketConnection* socket_ = nullptr;
  GstWebRTCDataChannel* control_ = nullptr;
  GstWebRTCDataChannel* results_ = nullptr;
  guint reportTimer_ = 0;
  guint pingTimer_ = 0;
  guint controlTimer_ = 0;
  size_t nextControl_ = 0;

  struct Carried {
    uint32_t ssrc = 0;
    int64_t results = 0;
    std::string code;  ///< of the error that ended it alone
  };
  std::map<std::string, Carried> streams_;  ///< where the connection carries several
  std::string first_;                       ///< of them, as the offer has them

  RtpCounter rtp_;
  std::atomic<int64_t> wirePackets_ = 0;  ///< RTP on the wire, still encrypted
  std::atomic<int64_t> firstFrame_ = 0;   ///< monotonic time at which the first frame was whole, µs
  int64_t start_ = 0;
  int64_t answered_ = 0;  ///< µs, as start_
  int64_t resultCount_ = 0, objects_ = 0, pongs_ = 0;
  int64_t clockError_ = 0;  ///< by how much a pong's time was not between its ping and its coming, µs
  double epoch_ = 0;        ///< ms, as the last `stream` said
  std::optional<uint32_t> rtpOffset_;
  std::vector<uint32_t> resultIds_;
  std::map<unsigned, std::string> encodings_;                    ///< by payload type
  std::string transportCc_;                                      ///< the header extension of the offer
  std::map<std::string, std::string> lastResult_, modelStates_;  ///< by model: the messages
  std::string sourceState_, errorCode_, errorMessage_;
  int closeStatus_ = 0;
  int exitCode_ = 0;
};
