// SPDX-License-Identifier: LGPL-2.1-or-later
// Replies by HTTP, and the connections that they go through.
#pragma once

#include <libsoup/soup.h>

#include <string>

#include "listener.h"

// Hands a connection to libsoup, which keeps it.
void serve_line(SoupServer* server, Listener::Line line);
const Listener::Line& line_of(SoupServerMessage* message);
// To be called when a reply is over, or its client has gone.
void prepare_close(SoupServerMessage* message);

void add_headers(SoupServerMessage* message);
// Any page may show this reply in a frame.
void allow_frames(SoupServerMessage* message);
void refuse(SoupServerMessage* message, guint status, const std::string& text);
void reply_text(SoupServerMessage* message, const char* type, const std::string& text);
// Who asks for what is told this machine only.
void refuse_who_asks(SoupServerMessage* message);
// A request whose body is too large.
void refuse_body(SoupServerMessage* message);
// `socket`: a WebSocket was asked for, of which no client can be sent on.
void send_to_https(SoupServerMessage* message, const std::string& host, bool socket);
// From "/door" to "/door/": the page looks for all that belongs to it in its own folder. Relative, for a proxy may show
// us below a path.
void send_to_folder(SoupServerMessage* message, const std::string& name);
