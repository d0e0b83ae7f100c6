// SPDX-License-Identifier: LGPL-2.1-or-later
// One session at a WHIP endpoint (RFC 9725), as the client that publishes: HTTP alone, descriptions are text. Main
// thread.
#pragma once

#include <libsoup/soup.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/glib_ptr.h"
#include "link_header.h"

// The endpoint's address: "https://host/path". Throws UserError, which begins with `option`.
std::string whip_endpoint(const std::string& option, const std::string& text);
// As it may be shown: what is behind the host may be as secret as a token.
std::string origin_of(const std::string& url);

class WhipSession : public std::enable_shared_from_this<WhipSession> {
 public:
  struct Answer {
    std::string sdp;
    std::vector<IceLink> servers;
  };
  struct Failure {
    std::string message;
    std::chrono::seconds retry_after{0};  // so long the endpoint wants to be left alone
  };
  struct Events {
    std::function<void(const Answer&)> answered;
    std::function<void(const Failure&)> failed;  // there is no session
  };

  // `token`: its Bearer token, or "".
  WhipSession(std::string url, std::string token, Events events);

  void offer(const std::string& sdp);
  // Candidates that were found later: see trickle_fragment(). An endpoint may want none; then nothing is sent.
  void trickle(const std::string& fragment);
  // No events any more; the endpoint is told, also where it has yet to answer. Once that is done `done` is called.
  void end(std::function<void()> done);

 private:
  struct Reply {
    std::string error;  // no reply came: why
    unsigned status = 0;
    std::string reason;
    std::string type;  // of the body
    std::string body;
    std::string location;  // absolute
    std::string etag;
    std::string link;
    std::chrono::seconds retry_after{0};
  };
  struct Exchange;
  using Handle = void (WhipSession::*)(const Reply&);

  void request(const char* method, const std::string& url, const char* type, const std::string& body, Handle handle);
  static void take_reply(GObject* session, GAsyncResult* result, gpointer data);
  static void take_body(GObject* stream, GAsyncResult* result, gpointer data);
  static void finish(std::unique_ptr<Exchange> exchange, const std::string& error);  // "": there is none
  void offered(const Reply& reply);
  void follow(const Reply& reply);
  void trickled(const Reply& reply);
  void ended(const Reply& reply);
  void remove();
  void fail(const std::string& message, std::chrono::seconds retry_after = {});

  const std::string token_;
  Events events_;
  GObjectPtr<SoupSession> session_;
  std::string url_;       // of the endpoint, and once there is one of the session
  std::string sent_;      // the offer
  std::string etag_;      // names the ICE session
  bool waiting_ = false;  // for the endpoint's answer
  bool there_ = false;    // the endpoint has a session
  bool trickles_ = true;
  unsigned redirects_ = 0;
  bool over_ = false;
  std::function<void()> done_;
};
