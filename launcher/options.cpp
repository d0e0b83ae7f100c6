// SPDX-License-Identifier: LGPL-2.1-or-later
#include "options.h"

#include <glib.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "base/glib_ptr.h"
#include "config.h"
#include "http/origins.h"

namespace {

constexpr const char* kSummary =
    "Runs a GStreamer pipeline that ends in webrtcbin and shows it, with a model's results, in any number of browsers.";

constexpr const char* kWindow = "window.pipe";
constexpr int kNotGiven = INT_MIN;

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
    "  cv-launch run -- python3 my_script.py\n"
    "      what a program shows by OpenCV's imshow, in a page: its windows with keys, mouse and sliders\n"
    "  gst-launch-1.0 $(cv-launch --pipeline=async.pipe --print)\n"
    "      the same pipeline without browsers";

std::vector<std::string> strings(char** texts) {
  std::vector<std::string> list;
  for (char** text = texts; text && *text; ++text) list.emplace_back(*text);
  return list;
}

unsigned in_range(const char* option, int value, int min, int max) {
  if (value < min || value > max)
    throw UserError(std::string(option) + "=" + std::to_string(value) + ": must be from " + std::to_string(min) +
                    " to " + std::to_string(max));
  return static_cast<unsigned>(value);
}

// `argv[0]` is cv-launch, and what follows is the program's.
std::vector<std::string> command_of(char** argv, int argc) {
  std::vector<std::string> command(argv + 1, argv + argc);
  if (!command.empty() && command.front() == "--") command.erase(command.begin());
  if (command.empty())
    throw UserError("run: which program? Write it behind the options: cv-launch run -- python3 my_script.py");
  return command;
}

// How each window is shown: there are as many as programs open, and those that nobody watches are to cost nothing.
StreamOptions window_of(const StreamOptions& stream, const char* option) {
  if (!stream.name.empty())
    throw UserError(std::string(option) +
                    ": windows are named by their programs; write --pipeline=FILE without a name");
  if (!stream.publish.empty())
    throw UserError(std::string(option) + ": windows come and go, and can't be published (--publish)");
  StreamOptions window = stream;
  window.idle = Idle::kStop;
  return window;
}

// Pipelines are streams beside windows, but where nothing else is to be seen the one is how windows are shown.
void take_streams(StreamArguments arguments, const std::string& windows, Options& options) {
  const bool run = !options.command.empty();
  if (run && !windows.empty()) throw UserError("run: the program is told where to connect; leave out --windows");
  const bool alone = run || (!windows.empty() && arguments.pipelines.empty());
  if (run && arguments.pipelines.size() > 1) throw UserError("run: one --pipeline=FILE: all windows are made of it");
  if (alone && !arguments.idle.empty())
    throw UserError("--idle: a window that nobody watches is always stopped; leave it out");
  if (alone && arguments.pipelines.empty()) arguments.pipelines.emplace_back(kWindow);
  options.streams = parse_streams(arguments);
  options.windows_socket = windows;
  if (alone) {
    options.window = window_of(std::exchange(options.streams, {}).front(), run ? "run" : "--windows");
  } else if (!windows.empty()) {
    if (options.streams.front().name.empty())
      throw UserError("--windows: the pipeline beside them needs a name: --pipeline=NAME=" +
                      options.streams.front().pipeline);
    options.window = StreamOptions{
        .pipeline = kWindow, .shared_settings = options.streams.front().shared_settings, .idle = Idle::kStop};
  }
}

Options parse_with(const std::vector<ConfigArgument>& config, std::vector<std::string> arguments);

// `merged`: with what the config says.
Options parse(const std::vector<std::string>& typed, bool merged) {
  Options options;
  std::vector<std::string> arguments = typed;  // GLib takes out what it knows
  int port = kNotGiven;
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
  g_auto(GStrv) publish = nullptr;
  g_auto(GStrv) publish_token_files = nullptr;
  g_auto(GStrv) idle = nullptr;
  g_autofree char* config = nullptr;
  g_autofree char* windows = nullptr;
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
       "be repeated",
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
      {"publish", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &publish,
       "Send the stream to an SFU or a streaming service too: its WHIP endpoint (RFC 9725); of several streams "
       "STREAM=URL",
       "URL"},
      {"publish-token-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &publish_token_files,
       "A file of yours with the Bearer token that the endpoint wants; of several streams STREAM=FILE", "FILE"},
      {"idle", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &idle,
       "What ends while nobody watches: sleep (the encoders) or stop (the source and the model too), of one stream "
       "STREAM=WHAT (sleep)",
       "WHAT"},
      {"config", 0, 0, G_OPTION_ARG_FILENAME, &config,
       "A file with these options and with streams, a group each; read again on SIGHUP", "FILE"},
      {"windows", 0, 0, G_OPTION_ARG_FILENAME, &windows,
       "Show the windows of programs that connect there: a Unix socket, which is made; they have its path in "
       "CV_LAUNCH_WINDOWS",
       "SOCKET"},
      {"max-viewers", 0, 0, G_OPTION_ARG_INT, &max_viewers,
       "Refuse more people than this (16); 0, with --publish: nobody watches here", "N"},
      {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "Say on stderr what happens with each viewer", nullptr},
      {"log", 0, 0, G_OPTION_ARG_FILENAME, &log, "How it is said: text, or json, an object in each line", "FORMAT"},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version, and end", nullptr},
      {},
  };
  g_autoptr(GOptionContext) context = g_option_context_new(nullptr);
  g_option_context_set_summary(context, kSummary);
  // behind `run`'s options is a command with options of its own
  const bool run = arguments.size() > 1 && arguments[1] == "run";
  if (run) arguments.erase(arguments.begin() + 1);
  g_option_context_set_strict_posix(context, run ? TRUE : FALSE);
  g_option_context_set_description(context, kExamples);
  g_option_context_add_main_entries(context, entries, nullptr);
  std::vector<char*> texts;
  texts.reserve(arguments.size() + 1);
  for (auto& argument : arguments) texts.push_back(argument.data());
  texts.push_back(nullptr);
  char** argv = texts.data();
  int argc = static_cast<int>(arguments.size());
  g_autoptr(GError) error = nullptr;
  if (!g_option_context_parse(context, &argc, &argv, &error))
    throw UserError(std::string(error->message) + "; see cv-launch --help");
  options.version = version;
  if (options.version) return options;
  if (run) options.command = command_of(argv, argc);
  if (argc > 1 && !run) throw UserError("\"" + std::string(argv[1]) + "\" is not an option; see cv-launch --help");
  if (config && !merged) {
    std::vector<KnownOption> known;
    for (const auto& entry : entries)
      if (entry.long_name) known.push_back({entry.long_name, entry.arg == G_OPTION_ARG_NONE});
    return parse_with(read_config(config, known), typed);
  }
  options.config = config != nullptr;
  take_streams({.pipelines = strings(pipelines),
                .settings = strings(set),
                .publish = strings(publish),
                .idle = strings(idle),
                .publish_token_files = strings(publish_token_files)},
               windows ? windows : "", options);
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
  if (port != kNotGiven) options.port = in_range("--port", port, 0, 65535);
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
  options.max_viewers = in_range("--max-viewers", max_viewers, publish ? 0 : 1, 1000);
  const auto connections = options.max_viewers * std::max(1U, static_cast<unsigned>(options.streams.size()));
  check_ports(options.ice.udp_ports, connections + (publish ? 1 : 0));
  options.print = print;
  options.variables = variables;
  options.verbose = verbose;
  return options;
}

// What is typed comes last: of what can be said once, it counts.
Options parse_with(const std::vector<ConfigArgument>& config, std::vector<std::string> arguments) {
  std::vector<std::string> texts;
  std::string of_server;
  for (const auto& argument : config) {
    texts.push_back(argument.text);
    if (!argument.of_stream) of_server += argument.text + "\n";
  }
  const bool run = arguments.size() > 1 && arguments[1] == "run";
  arguments.insert(arguments.begin() + (run ? 2 : 1), texts.begin(), texts.end());
  try {
    Options options = parse(arguments, true);
    options.of_server = of_server;
    return options;
  } catch (const UserError& error) {
    throw UserError(with_place(error.what(), config));
  }
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
  return parse(arguments, false);
}
