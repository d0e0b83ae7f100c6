// SPDX-License-Identifier: LGPL-2.1-or-later
#include "options.h"

#include <glib.h>

#include <algorithm>

#include "base/credentials.h"
#include "base/glib_ptr.h"
#include "core/shorten.h"
#include "http/origins.h"
#include "http/stream_path.h"
#include "whip/whip_session.h"

namespace {

constexpr const char* kSummary =
    "Runs a GStreamer pipeline that ends in webrtcbin and shows it, with a model's results, in any number of browsers.";

constexpr const char* kExamples =
    "Examples:\n"
    "  cv-launch --pipeline=async.pipe\n"
    "      the simulated ball, with a circle detector's results drawn by the page; open the address that it prints\n"
    "  cv-launch --pipeline=sync.pipe --set runtime=100 --set framerate=60\n"
    "      the results drawn on the server, by a model that takes 100 ms\n"
    "  cv-launch --pipeline=file.pipe --set location=film.mp4\n"
    "      a video file, again and again\n"
    "  cv-launch --pipeline=door=async.pipe --pipeline=yard=file.pipe --set yard.location=film.mp4\n"
    "      several streams: all of them on one page, each also below its name\n"
    "  cv-launch --pipeline=async.pipe --host=0.0.0.0 --auth\n"
    "      for other machines too: whoever has the address that it prints can watch\n"
    "  gst-launch-1.0 $(cv-launch --pipeline=async.pipe --print)\n"
    "      the same pipeline without browsers";

Settings parse_settings(char** assignments) {
  Settings settings;
  for (char** item = assignments; item && *item; ++item) {
    const std::string text = *item;
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UserError("--set " + text + ": write --set NAME=VALUE, for example --set width=640");
    if (!g_utf8_validate_len(text.data(), text.size(), nullptr))
      throw UserError("--set " + text + ": not UTF-8 text, and GStreamer takes no other; of a file, change the name");
    settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return settings;
}

// "NAME=FILE", or "FILE" alone. There may be files with "=" in their names.
StreamOptions parse_pipeline(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || g_file_test(text.c_str(), G_FILE_TEST_EXISTS)) return {.pipeline = text};
  const std::string name = text.substr(0, equals);
  if (!is_stream_name(name)) throw UserError("--pipeline=" + shorten(text) + ": " + kStreamNameRule);
  if (equals + 1 == text.size()) throw UserError("--pipeline=" + text + ": the pipeline file is missing behind \"=\"");
  return {.name = name, .pipeline = text.substr(equals + 1)};
}

std::vector<StreamOptions> parse_pipelines(char** pipelines) {
  std::vector<StreamOptions> streams;
  for (char** one = pipelines; one && *one; ++one) {
    StreamOptions stream = parse_pipeline(*one);
    for (const auto& other : streams) {
      if (other.name.empty() || stream.name.empty())
        throw UserError(
            "several pipelines: give each stream a name, --pipeline=NAME=FILE, for example --pipeline=door=" +
            (stream.name.empty() ? stream : other).pipeline);
      if (other.name == stream.name)
        throw UserError("--pipeline=" + std::string(*one) + ": there is a stream \"" + stream.name +
                        "\" already; each needs a name of its own");
    }
    streams.push_back(std::move(stream));
  }
  if (streams.empty() || streams.front().pipeline.empty())
    throw UserError("no pipeline; name one, for example --pipeline=async.pipe (cv-launch --help has more)");
  return streams;
}

std::string names_of(const std::vector<StreamOptions>& streams) {
  std::string names;
  for (const auto& stream : streams) names += (names.empty() ? "" : ", ") + stream.name;
  return names;
}

// What "--OPTION NAME.…" or "--OPTION NAME=…" is for.
StreamOptions& stream_of(std::vector<StreamOptions>& streams, const std::string& name, const std::string& option) {
  const auto found = std::ranges::find(streams, name, &StreamOptions::name);
  if (found == streams.end())
    throw UserError(option + ": there is no stream \"" + name + "\"; there is: " + names_of(streams));
  return *found;
}

// Of named streams "door.width=640" is for one, "width=640" for all.
void give_settings(const Settings& settings, std::vector<StreamOptions>& streams) {
  for (const auto& [name, value] : settings) {
    const auto dot = name.find('.');
    if (streams.front().name.empty())
      streams.front().settings[name] = value;
    else if (dot == std::string::npos)
      for (auto& stream : streams) stream.shared_settings[name] = value;
    else
      stream_of(streams, name.substr(0, dot), "--set " + name).settings[name.substr(dot + 1)] = value;
  }
}

// "URL", of named streams "NAME=URL".
void give_endpoint(const char* publish, const char* token_file, std::vector<StreamOptions>& streams) {
  std::string url = publish;
  StreamOptions* stream = &streams.front();
  if (!stream->name.empty()) {
    const auto equals = url.find('=');
    if (equals == std::string::npos || !is_stream_name(url.substr(0, equals)))
      throw UserError("--publish=" + without_credentials(url) +
                      ": say which stream, --publish=NAME=URL; there is: " + names_of(streams));
    stream = &stream_of(streams, url.substr(0, equals), "--publish");
    url.erase(0, equals + 1);
  }
  stream->publish = {.url = whip_endpoint("--publish", url), .token_file = token_file ? token_file : ""};
}

unsigned in_range(const char* option, int value, int min, int max) {
  if (value < min || value > max)
    throw UserError(std::string(option) + "=" + std::to_string(value) + ": must be from " + std::to_string(min) +
                    " to " + std::to_string(max));
  return static_cast<unsigned>(value);
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  int port = static_cast<int>(options.port);
  int max_viewers = static_cast<int>(options.max_viewers);
  gboolean print = FALSE;
  gboolean variables = FALSE;
  gboolean verbose = FALSE;
  gboolean version = FALSE;
  gboolean auth = FALSE;
  gboolean no_auth = FALSE;
  g_autofree char* token_file = nullptr;
  g_autofree char* log = nullptr;
  g_autofree char* cert = nullptr;
  g_autofree char* key = nullptr;
  g_auto(GStrv) stun = nullptr;
  g_auto(GStrv) turn = nullptr;
  g_autofree char* turn_file = nullptr;
  g_autofree char* udp_ports = nullptr;
  g_autofree char* ice_address = nullptr;
  g_autofree char* publish = nullptr;
  g_autofree char* publish_token_file = nullptr;
  g_auto(GStrv) pipelines = nullptr;
  g_autofree char* host = nullptr;
  g_auto(GStrv) set = nullptr;
  g_auto(GStrv) public_origins = nullptr;
  g_auto(GStrv) allowed_origins = nullptr;
  // FILENAME is text as it was typed. STRING would be converted from the locale's encoding, and this program has set no
  // locale: it would take ASCII only.
  const GOptionEntry entries[] = {
      {"pipeline", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &pipelines,
       "Pipeline file; a name without a folder is looked up here, then among the installed ones; repeated for several "
       "streams, each with a name of its own",
       "[NAME=]FILE"},
      {"set", 's', 0, G_OPTION_ARG_FILENAME_ARRAY, &set,
       "Give a variable of the pipeline file a value; of several streams STREAM.NAME=VALUE, or NAME=VALUE for all; may "
       "be "
       "repeated",
       "NAME=VALUE"},
      {"print", 0, 0, G_OPTION_ARG_NONE, &print, "Print the pipeline as gst-launch-1.0 takes it, and end", nullptr},
      {"variables", 0, 0, G_OPTION_ARG_NONE, &variables, "Print the pipeline's variables with their defaults, and end",
       nullptr},
      {"host", 0, 0, G_OPTION_ARG_FILENAME, &host,
       "IP address to listen on (127.0.0.1: this machine only; 0.0.0.0: all)", "ADDRESS"},
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "Port to listen on (8080; 0: any free one)", "PORT"},
      {"auth", 0, 0, G_OPTION_ARG_NONE, &auth,
       "Only who has the token may watch: it is made up and printed with the address, unless it is given", nullptr},
      {"token-file", 0, 0, G_OPTION_ARG_FILENAME, &token_file,
       "A file of yours with the token, and perhaps a line \"view TOKEN\" with one that may only watch", "FILE"},
      {"no-auth", 0, 0, G_OPTION_ARG_NONE, &no_auth, "Everybody who can reach the address may watch", nullptr},
      {"cert", 0, 0, G_OPTION_ARG_FILENAME, &cert,
       "Speak TLS: the certificate, and those that vouch for it behind it (PEM); read again on SIGHUP", "FILE"},
      {"key", 0, 0, G_OPTION_ARG_FILENAME, &key, "The certificate's key (PEM)", "FILE"},
      {"public-origin", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &public_origins,
       "Where a proxy shows this server to browsers, for example https://hub.example; may be repeated", "ORIGIN"},
      {"allow-origin", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &allowed_origins,
       "Another site, whose pages may load the player and connect: https://app.example; may be repeated", "ORIGIN"},
      {"stun", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &stun,
       "A STUN server, which tells viewers and this server how they are seen from outside a NAT", "HOST[:PORT]"},
      {"turn", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &turn,
       "A TURN server, which relays media where there is no other way: turn:HOST, turn:HOST?transport=tcp, turns:HOST; "
       "may be repeated",
       "URL"},
      {"turn-file", 0, 0, G_OPTION_ARG_FILENAME, &turn_file,
       "A file of yours with what the TURN servers want: \"secret SECRET\" or \"user NAME PASSWORD\"", "FILE"},
      {"udp-ports", 0, 0, G_OPTION_ARG_FILENAME, &udp_ports, "Ports for media (any)", "MIN-MAX"},
      {"ice-address", 0, 0, G_OPTION_ARG_FILENAME, &ice_address,
       "This machine's public address, where a NAT passes those ports on to it", "ADDRESS"},
      {"publish", 0, 0, G_OPTION_ARG_FILENAME, &publish,
       "Send the stream to an SFU or a streaming service too: its WHIP endpoint (RFC 9725); of several streams "
       "STREAM=URL",
       "URL"},
      {"publish-token-file", 0, 0, G_OPTION_ARG_FILENAME, &publish_token_file,
       "A file of yours with the Bearer token that the endpoint wants", "FILE"},
      {"max-viewers", 0, 0, G_OPTION_ARG_INT, &max_viewers,
       "Refuse more viewers than this (16); 0, with --publish: nobody watches here", "N"},
      {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "Say on stderr what happens with each viewer", nullptr},
      {"log", 0, 0, G_OPTION_ARG_FILENAME, &log, "How it is said: text, or json, an object in each line", "FORMAT"},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version, and end", nullptr},
      {},
  };
  g_autoptr(GOptionContext) context = g_option_context_new(nullptr);
  g_option_context_set_summary(context, kSummary);
  g_option_context_set_description(context, kExamples);
  g_option_context_add_main_entries(context, entries, nullptr);
  g_autoptr(GError) error = nullptr;
  if (!g_option_context_parse(context, &argc, &argv, &error))
    throw UserError(std::string(error->message) + "; see cv-launch --help");
  options.version = version;
  if (options.version) return options;
  if (argc > 1) throw UserError("\"" + std::string(argv[1]) + "\" is not an option; see cv-launch --help");
  options.streams = parse_pipelines(pipelines);
  give_settings(parse_settings(set), options.streams);
  if (host) options.host = host;
  options.auth = {.auth = auth != FALSE, .no_auth = no_auth != FALSE, .token_file = token_file ? token_file : ""};
  if (!cert != !key)
    throw UserError(std::string(cert ? "--cert" : "--key") + " needs " + (cert ? "--key" : "--cert") +
                    " too: a certificate and its own key, both in PEM");
  options.cert = cert ? cert : "";
  options.key = key ? key : "";
  options.log_json = log && std::string_view(log) == "json";
  if (log && !options.log_json && std::string_view(log) != "text")
    throw UserError("--log=" + std::string(log) + ": there are text and json");
  options.port = in_range("--port", port, 0, 65535);
  for (char** origin = public_origins; origin && *origin; ++origin)
    options.public_origins.push_back(public_origin(*origin));
  for (char** origin = allowed_origins; origin && *origin; ++origin)
    options.allowed_origins.push_back(public_origin(*origin, "--allow-origin"));
  for (char** server = stun; server && *server; ++server) options.ice.servers.push_back(parse_stun(*server));
  for (char** server = turn; server && *server; ++server) options.ice.servers.push_back(parse_turn(*server));
  if (turn_file) options.ice.turn_file = turn_file;
  if (udp_ports) options.ice.udp_ports = parse_ports(udp_ports);
  if (ice_address) options.ice.public_address = ice_address;
  if (ice_address && !g_hostname_is_ip_address(ice_address))
    throw UserError("--ice-address=" + options.ice.public_address + ": write an IP address, as viewers reach it");
  if (publish) give_endpoint(publish, publish_token_file, options.streams);
  if (publish_token_file && !publish) throw UserError("--publish-token-file without --publish: name the endpoint too");
  options.max_viewers = in_range("--max-viewers", max_viewers, publish ? 0 : 1, 1000);
  const auto connections = options.max_viewers * static_cast<unsigned>(options.streams.size());
  check_ports(options.ice.udp_ports, connections + (publish ? 1 : 0));
  options.print = print;
  options.variables = variables;
  options.verbose = verbose;
  return options;
}
