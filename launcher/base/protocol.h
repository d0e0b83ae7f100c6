// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages of PROTOCOL.md, typed. No I/O; malformed input is a value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.h"
#include "core/results.h"

namespace protocol {

inline constexpr std::size_t kMaxSignal = 64 * 1024;
inline constexpr std::size_t kMaxControl = 1024;
inline constexpr std::size_t kMaxCandidate = 512;

// An error ends the connection. `code` is one of those in PROTOCOL.md.
struct Error {
  std::string code;
  std::string message;
  std::string stream{};  // only this one of several ends; "": all
};

// Page → server, WebSocket.
struct Answer {
  std::string sdp;
};
struct Candidate {
  std::string candidate;
  unsigned mline = 0;
};
struct SocketRequest {};  // the frames by this WebSocket, in place of WebRTC
using Signal = std::variant<Answer, Candidate, SocketRequest, Error>;
Signal parse_signal(std::string_view text);

// Page → server, the first message on a WebSocket. Nothing: it is another message.
std::optional<std::string> parse_token(std::string_view text);

// Page → server, data channel "control".
struct Ping {
  double t = 0;
};
struct KeyFrameRequest {};
struct ResultsRequest {
  unsigned repeats = 0;
};
struct PlayoutRequest {
  unsigned max_ms = 0;
};
struct VideoRequest {
  bool wanted = true;                    // whether the viewer looks: else neither video nor results are sent
  std::optional<double> max_bitrate{};   // bit/s
  std::optional<unsigned> max_height{};  // lines that it shows: more are of no use to it
};
// A number, true or false, or the name of a choice.
using Value = std::variant<double, bool, std::string>;
struct SetRequest {  // for all viewers
  std::string name;  // of a Property
  Value value;
};
// What is done in a window of a program.
struct KeyPress {
  std::string key;  // as KeyboardEvent.key
};
struct MouseInput {
  enum class Kind { kMove, kDown, kUp, kDouble, kWheel };
  Kind kind = Kind::kMove;
  double x = 0, y = 0;   // pixels of the program's picture
  unsigned button = 0;   // as MouseEvent.button
  unsigned buttons = 0;  // as MouseEvent.buttons
  bool shift = false, ctrl = false, alt = false;
  double right = 0, away = 0;  // notches of the wheel
};
struct TrackbarMove {
  std::string name;
  int value = 0;
};
struct ButtonPress {
  unsigned button = 0;  // its number
  bool on = false;
};
struct CloseRequest {};
using Input = std::variant<KeyPress, MouseInput, TrackbarMove, ButtonPress, CloseRequest>;
using Control =
    std::variant<Ping, KeyFrameRequest, ResultsRequest, PlayoutRequest, VideoRequest, SetRequest, Input, Error>;
struct Controlled {
  Control message;
  std::string stream;  // what it is for, where the connection carries several; "": it does not say
};
Controlled parse_control(std::string_view text);

// Page → server, WebSocket of a viewer that gets its frames there.
struct Ack {
  std::uint32_t number = 0;  // messages that came so far
  double at = 0;             // when the last of them came, ms on a clock of the viewer's
};
using SocketMessage = std::variant<Ack, Ping, KeyFrameRequest, VideoRequest, SetRequest, Input, Error>;
SocketMessage parse_socket(std::string_view text);

// Server → page, WebSocket.
struct IceServer {  // as RTCIceServer
  std::vector<std::string> urls;
  std::string username;  // empty: it asks for none
  std::string credential;
};
struct OfferedStream {
  std::string name;
  std::vector<std::string> mids;  // its media sections
  bool stamped = false;
};
struct Offer {
  std::string sdp;
  bool stamped = false;
  std::vector<IceServer> ice_servers;
  std::vector<OfferedStream> streams{};  // none: it carries one, whose name the viewer knows
};
struct Locked {  // the first message must be a token
  std::string message;
};
struct AccessGiven {     // in reply to a token
  bool control = false;  // the viewer may change what all see
};
using ServerSignal = std::variant<Offer, Candidate, Locked, AccessGiven, Error>;
std::string encode(const ServerSignal& message);

// Server → page, WebSocket of a viewer that gets its frames there. What a decoder needs to know of them, as WebCodecs
// names it.
struct Media {
  struct Video {
    std::string codec;
    std::string description;  // bytes that belong to the codec; none: the frames say all
    bool operator==(const Video&) const = default;
  };
  struct Audio {
    std::string codec;
    unsigned rate = 0;  // samples a second
    unsigned channels = 0;
    bool operator==(const Audio&) const = default;
  };
  Video video;
  std::optional<Audio> audio;
  bool operator==(const Media&) const = default;
};
std::string encode(const Media& message);

// In front of the bytes of a binary message there.
enum class Kind : std::uint8_t { kVideo = 1, kAudio = 2, kPadding = 3 };
struct FrameHeader {
  Kind kind = Kind::kPadding;
  bool key = false;   // the frame needs no other one
  bool more = false;  // of the frame's bytes: they are in the next message of this kind
  std::uint32_t id = 0;
};
inline constexpr std::size_t kFrameHeader = 6;
std::array<std::uint8_t, kFrameHeader> encode(const FrameHeader& header);

// Server → page, data channel "control".
struct Pong {
  double t = 0;    // the same as in the ping
  double now = 0;  // unix ms: epoch + running time
  // Median time from a frame's capture until it is encoded, and until it is sent, in ms. Nothing while no frames come.
  std::optional<double> encoded;
  std::optional<double> sent;
};
std::string encode(const Pong& message);

// What this viewer is sent now, and why.
struct Link {
  unsigned rung = 0;   // 0: the top; `rungs`: single key frames of the lowest
  unsigned rungs = 1;  // how many there are
  unsigned width = 0, height = 0;
  double bitrate = 0;  // bit/s
  std::optional<double> framerate;
  std::optional<double> carries;  // what the network is believed to carry, bit/s; nothing: it has not limited it so far
  std::string reason;             // one of those in PROTOCOL.md
  bool operator==(const Link&) const = default;
};
std::string encode(const Link& message);

// What the pipeline file lets viewers change.
struct Property {
  struct Choice {
    std::string value;
    std::string title;
  };
  std::string name;  // "element.property"
  std::string title;
  std::string description;
  Value value;
  Value initial;                      // as the file says
  std::optional<double> least, most;  // of a number
  bool whole = false;                 // a number without a fraction
  std::vector<Choice> choices;
};
// `writable`: whether this viewer may set it.
std::string encode(const Property& property, bool writable);

// A window of a program, as viewers see it.
struct Trackbar {
  std::string name;
  int min = 0, max = 0, value = 0;
  bool operator==(const Trackbar&) const = default;
};
struct Button {
  unsigned button = 0;  // its number
  std::string name;
  std::string kind;  // one of those in PROTOCOL.md
  unsigned bar = 0;
  bool on = false;
  bool operator==(const Button&) const = default;
};
struct Window {
  std::string title;
  unsigned width = 0, height = 0;  // of the program's picture, in pixels; 0: there was none yet
  std::string state = "open";      // one of those in PROTOCOL.md
  std::string message{};           // for people
  std::string picture{};           // the name of its very pixels, while they stand still; "": they move
  bool mouse = false;              // the program wants to know of it
  bool objects = false;            // it says what is in its pictures
  std::string overlay{};           // a text over the picture, and one below it
  std::string status{};
  std::vector<Trackbar> trackbars{};
  std::vector<Button> buttons{};
  bool operator==(const Window&) const = default;
};
// `writable`: whether this viewer may do something in it.
std::string encode(const Window& window, bool writable);

// Server → page, WebSocket "streams": which there are, in order, and how each is.
struct StreamState {
  std::string name;
  std::string state;                    // one of those in PROTOCOL.md
  std::string message;                  // for people; may be ""
  std::optional<std::string> window{};  // of a program's window: its title
};
struct StreamList {
  std::vector<StreamState> streams;
};
std::string encode(const StreamList& message);

// Server → page, data channel "results".
using core::Detail;
using core::encode;
using core::kMaxResult;
using core::ModelState;
using core::Object;
using core::Result;
using core::RungPicture;
using core::Stamp;
using core::StreamInfo;

}  // namespace protocol
