// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cut.h"

#include <gst/app/gstappsink.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
#include <set>

#include "base/glib_ptr.h"
#include "launch_errors.h"
#include "pipe_parts.h"
#include "upstream.h"

namespace {

std::string factory_name(GstElement* element) {
  GstElementFactory* factory = gst_element_get_factory(element);
  return factory ? GST_OBJECT_NAME(factory) : "";
}

bool is_payloader(GstElement* element) {
  const char* klass = gst_element_get_metadata(element, GST_ELEMENT_METADATA_KLASS);
  return klass && std::strstr(klass, "Payloader");
}

// "video" for a payloader of "video/x-vp8"
std::string media_of(GstElement* payloader) {
  GstPadTemplate* sink = gst_element_get_pad_template(payloader, "sink");
  g_autoptr(GstCaps) caps = sink ? gst_pad_template_get_caps(sink) : nullptr;
  if (!caps || gst_caps_is_any(caps) || gst_caps_is_empty(caps)) return "";
  const std::string type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  return type.substr(0, type.find('/'));
}

void for_each_element(GstElement* bin, const std::function<void(GstElement*)>& visit) {
  g_autoptr(GstIterator) elements = gst_bin_iterate_recurse(GST_BIN(bin));
  gst_iterator_foreach(
      elements,
      [](const GValue* item, gpointer data) {
        (*static_cast<const std::function<void(GstElement*)>*>(data))(GST_ELEMENT(g_value_get_object(item)));
      },
      const_cast<std::function<void(GstElement*)>*>(&visit));
}

// The pad that feeds the element, if it has just one input.
GstPtr<GstPad> feeding_pad(GstElement* element) {
  g_autoptr(GstPad) sink = gst_element_get_static_pad(element, "sink");
  return GstPtr<GstPad>(sink ? gst_pad_get_peer(sink) : nullptr);
}

// A framestamp that writes. (With mode=read it writes nothing.)
bool writes_stamps(GstElement* element) {
  if (factory_name(element) != "framestamp") return false;
  g_auto(GValue) mode = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(element), "mode", &mode);
  g_autoptr(GEnumClass) modes = static_cast<GEnumClass*>(g_type_class_ref(G_VALUE_TYPE(&mode)));
  return std::strcmp(g_enum_get_value(modes, g_value_get_enum(&mode))->value_nick, "write") == 0;
}

// The nearest one before the pad of which `matches` is true. Null if there is none.
GstPtr<GstElement> element_before(GstPad* pad, bool (*matches)(GstElement*)) {
  GstPtr<GstElement> found;
  look_upstream(pad, [&](GstElement* element) {
    if (!found && matches(element)) found = gst_share(element);
    return !found;
  });
  return found;
}

bool is_libvpx(GstElement* element) {
  const std::string factory = factory_name(element);
  return factory == "vp8enc" || factory == "vp9enc";
}

void remove_from_parent(GstElement* element) {
  g_autoptr(GstObject) bin = gst_object_get_parent(GST_OBJECT(element));
  gst_bin_remove(GST_BIN(bin), element);
}

// The first pad behind the tee that is nearest to `pad`, upstream; null if there is another fork, a join or a source
// before that, or an element that does not take it if no frames come.
GstPtr<GstPad> entry_of(GstPtr<GstPad> pad) {
  while (pad) {
    GstPtr<GstPad> from(gst_pad_get_peer(pad.get()));
    const GstPtr<GstElement> element(from ? gst_pad_get_parent_element(from.get()) : nullptr);
    if (!element) return nullptr;
    if (factory_name(element.get()) == "tee") return pad;
    const bool plain = element->numsinkpads == 1 && element->numsrcpads == 1;
    pad = plain && factory_name(element.get()) != "watchdog" ? gst_share(GST_PAD(element->sinkpads->data)) : nullptr;
  }
  return nullptr;
}

// Where the text names the element: the number of its token. Of one that has no name there: the first that may be it.
std::optional<std::size_t> token_of(const PipeText& pipe, GstElement* element) {
  for (const auto& part : parts_of(pipe).elements) {
    if (part.factory != factory_name(element)) continue;
    const bool same = std::ranges::any_of(part.properties, [element](const PipeProperty& property) {
      return property.name == "name" && property.value == GST_OBJECT_NAME(element);
    });
    const bool unnamed = std::ranges::none_of(part.properties, [](const auto& each) { return each.name == "name"; });
    if (same || unnamed) return part.at;
  }
  return std::nullopt;
}

// "file:line" of that.
std::string place_of(const PipeText& pipe, GstElement* element) {
  const auto token = token_of(pipe, element);
  return token ? pipe.place(pipe.tokens[*token].line) : pipe.file;
}

// Ends one encoding, which `from` gives, in an appsink.
CutRung cut_rung(const std::string& place, GstElement* pipeline, GstPad* from, GstElement* payloader) {
  CutRung rung;
  g_autoptr(GstPad) pay_sink = gst_element_get_static_pad(payloader, "sink");
  g_autoptr(GstCaps) caps = gst_pad_get_pad_template_caps(pay_sink);
  // Every frame goes on at once: the appsink waits for no clock. It also has no preroll, which could hold back a live
  // pipeline.
  rung.appsink = gst_adopt(gst_element_factory_make("appsink", nullptr));
  g_object_set(rung.appsink.get(), "caps", caps, "sync", FALSE, "async", FALSE, "processing-deadline",
               G_GUINT64_CONSTANT(0), "enable-last-sample", FALSE, nullptr);
  gst_bin_add(GST_BIN(pipeline), rung.appsink.get());
  const GstPtr<GstPad> sink(gst_element_get_static_pad(rung.appsink.get(), "sink"));
  g_autoptr(GstElement) encoder = gst_pad_get_parent_element(from);
  if (GST_PAD_LINK_FAILED(gst_pad_link(from, sink.get())))
    throw UserError(place + ": " + GST_OBJECT_NAME(encoder) + " can't be linked to " + factory_name(payloader) +
                    ", which takes " + take_string(gst_caps_to_string(caps)));
  rung.framestamp = element_before(sink.get(), writes_stamps);
  rung.libvpx = element_before(sink.get(), is_libvpx);
  rung.entry = entry_of(gst_share(sink.get()));
  return rung;
}

// Unlinks the encodings from the input-selector that joins them, and gives their pads in its order.
std::vector<GstPtr<GstPad>> take_ladder(const std::string& place, GstElement* selector) {
  std::vector<GstPtr<GstPad>> pads;
  for (GList* item = selector->sinkpads; item; item = item->next) {
    auto* sink = GST_PAD(item->data);
    if (GstPtr<GstPad> from{gst_pad_get_peer(sink)}) pads.push_back(std::move(from));
  }
  if (pads.empty()) throw UserError(place + ": nothing is linked to " + GST_OBJECT_NAME(selector));
  if (pads.size() > kMaxRungs)
    throw UserError(place + ": " + std::to_string(pads.size()) + " encodings are joined here; at most " +
                    std::to_string(kMaxRungs) + " are taken");
  for (const auto& from : pads) {
    g_autoptr(GstPad) sink = gst_pad_get_peer(from.get());
    gst_pad_unlink(from.get(), sink);
  }
  remove_from_parent(selector);
  return pads;
}

// Cuts one stream: goes back from webrtcbin's input to the payloader. `from` is the pad that feeds webrtcbin.
CutStream cut_stream(const PipeText& pipe, GstElement* pipeline, GstPtr<GstPad> from) {
  CutStream stream;
  for (;;) {
    GstPtr<GstElement> element(from ? gst_pad_get_parent_element(from.get()) : nullptr);
    from = element ? feeding_pad(element.get()) : nullptr;
    if (!from)
      throw UserError(pipe.file + ": what is linked to webrtcbin has no RTP payloader; write for example " +
                      "\"… ! vp8enc ! rtpvp8pay ! webrtcbin\"");
    stream.chain.insert(stream.chain.begin(), std::move(element));
    if (is_payloader(stream.chain.front().get())) break;
  }
  GstElement* payloader = stream.chain.front().get();
  stream.media = media_of(payloader);
  g_autoptr(GstPad) pay_sink = gst_element_get_static_pad(payloader, "sink");
  gst_pad_unlink(from.get(), pay_sink);
  for (const auto& element : stream.chain) remove_from_parent(element.get());
  std::vector<GstPtr<GstPad>> encodings;
  GstPtr<GstElement> before(gst_pad_get_parent_element(from.get()));
  if (before && factory_name(before.get()) == "input-selector") {
    stream.place = place_of(pipe, before.get());
    from.reset();
    encodings = take_ladder(stream.place, before.get());
  } else {
    encodings.push_back(std::move(from));
  }
  for (const auto& encoding : encodings)
    stream.rungs.push_back(
        cut_rung(stream.place.empty() ? pipe.file : stream.place, pipeline, encoding.get(), payloader));
  return stream;
}

CutOutput cut_webrtcbin(const PipeText& pipe, GstElement* pipeline, GstElement* webrtcbin) {
  CutOutput out{.webrtcbin = gst_share(webrtcbin)};
  std::vector<GstPtr<GstPad>> feeds;
  GST_OBJECT_LOCK(webrtcbin);
  for (GList* pad = webrtcbin->sinkpads; pad; pad = pad->next) feeds.emplace_back(gst_pad_get_peer(GST_PAD(pad->data)));
  GST_OBJECT_UNLOCK(webrtcbin);
  for (auto& from : feeds) {
    g_autoptr(GstPad) sink = from ? gst_pad_get_peer(from.get()) : nullptr;
    if (!sink) continue;
    gst_pad_unlink(from.get(), sink);
    out.streams.push_back(cut_stream(pipe, pipeline, std::move(from)));
  }
  remove_from_parent(webrtcbin);
  return out;
}

bool has_video(const CutOutput& output) {
  return std::ranges::any_of(output.streams, [](const CutStream& stream) { return stream.media == "video"; });
}

// One page shows them all. The first one's webrtcbin is the template.
void join(std::vector<CutOutput>& outputs) {
  auto& streams = outputs.front().streams;
  for (auto other = outputs.begin() + 1; other != outputs.end(); ++other)
    std::ranges::move(other->streams, std::back_inserter(streams));
  outputs.resize(1);
}

// As GStreamer names what the file does not.
bool has_default_name(GstElement* element) {
  const std::string name = GST_OBJECT_NAME(element);
  const std::string factory = factory_name(element);
  return name.starts_with(factory) &&
         std::ranges::all_of(name.substr(factory.size()), [](char c) { return g_ascii_isdigit(c); });
}

// Each is a page of its own, which has the name of its webrtcbin.
void tell_apart(const PipeText& pipe, std::vector<CutOutput>& outputs) {
  std::ranges::stable_sort(outputs, {}, [&pipe](const CutOutput& output) {
    return token_of(pipe, output.webrtcbin.get()).value_or(pipe.tokens.size());
  });
  for (auto& output : outputs) {
    GstElement* webrtcbin = output.webrtcbin.get();
    output.name = GST_OBJECT_NAME(webrtcbin);
    output.place = place_of(pipe, webrtcbin);
    if (has_default_name(webrtcbin))
      throw UserError(output.place +
                      ": a webrtcbin has no name, and where several have video each is a stream by its "
                      "name; give it one, for example \"webrtcbin name=yard\"");
    if (!has_video(output))
      throw UserError(output.place + ": the webrtcbin \"" + output.name + "\" has no video, and where several have, " +
                      "each is a stream of its own; link its sound to one of those, or take it out");
  }
}

std::string name_of(const CutStream& stream) {
  return GST_OBJECT_NAME(stream.chain.front().get());
}

// A page has one picture and its sound. The picture comes first: clock and frame ids of a viewer are those of its first
// stream.
void arrange(const PipeText& pipe, std::vector<CutStream>& streams) {
  std::stable_sort(streams.begin(), streams.end(), [](const CutStream& a, const CutStream& b) {
    return std::pair(a.media != "video", a.media) < std::pair(b.media != "video", b.media);
  });
  const auto same = std::adjacent_find(streams.begin(), streams.end(),
                                       [](const CutStream& a, const CutStream& b) { return a.media == b.media; });
  if (same == streams.end()) return;
  throw UserError(pipe.file + ": two streams of " + same->media + " go to viewers, through " + name_of(same[0]) +
                  " and " + name_of(same[1]) + ", and a page shows one; take one out" +
                  (same->media == "video"
                       ? ", or show each as a stream of its own, by a webrtcbin of its own: webrtcbin name=NAME"
                       : ""));
}

// The payload type that a caps filter behind the payloader demands.
std::optional<guint> demanded_payload_type(const CutStream& stream) {
  for (const auto& element : stream.chain) {
    if (factory_name(element.get()) != "capsfilter") continue;
    g_autoptr(GstCaps) caps = nullptr;
    g_object_get(element.get(), "caps", &caps, nullptr);
    int type = 0;
    if (!gst_caps_is_any(caps) && !gst_caps_is_empty(caps) &&
        gst_structure_get_int(gst_caps_get_structure(caps, 0), "payload", &type))
      return type;
  }
  return std::nullopt;
}

// Payloaders all have 96 as their default, but streams of one connection need payload types of their own (RFC
// 9143, 9.1). Browsers refuse the offer otherwise.
void tell_payload_types_apart(const PipeText& pipe, const std::vector<CutStream>& streams) {
  constexpr guint kFirstFree = 96, kLastFree = 127;  // the dynamic ones (RFC 3551, 6)
  std::set<guint> used;
  for (const auto& stream : streams)
    if (const auto type = demanded_payload_type(stream); type && !used.insert(*type).second)
      throw UserError(pipe.file + ": two streams have the payload type " + std::to_string(*type) + "; give " +
                      name_of(stream) + " another one, for example payload=" + std::to_string(*type + 1));
  for (const auto& stream : streams) {
    if (demanded_payload_type(stream)) continue;
    guint type = 0;
    g_object_get(stream.chain.front().get(), "pt", &type, nullptr);
    if (!used.insert(type).second) {
      for (type = kFirstFree; type < kLastFree && used.contains(type);) ++type;
      g_object_set(stream.chain.front().get(), "pt", type, nullptr);
      used.insert(type);
    }
  }
}

// Video that leaves the pipeline and comes back, through another program, has no way back to its framestamp.
void find_lost_framestamp(CutPipeline& out) {
  for (const auto& output : out.outputs)
    for (const auto& rung : output.streams.front().rungs)
      if (rung.framestamp) return;
  if (out.framestamps.empty()) return;
  for (auto& output : out.outputs)
    if (CutStream& first = output.streams.front(); first.media == "video")
      for (auto& rung : first.rungs) rung.framestamp = gst_share(out.framestamps.front().get());
}

// An output shows what the elements see that lead to it. One that leads to none, as a model beside the video and its
// sink, sees what comes from the nearest fork, and belongs to all that this leads to.
void find_who_shows(CutPipeline& out) {
  auto& shown_by = out.shown_by;
  for (std::size_t i = 0; i < out.outputs.size(); ++i)
    for (const auto& stream : out.outputs[i].streams)
      for (const auto& rung : stream.rungs)
        look_upstream(GstPtr<GstPad>(gst_element_get_static_pad(rung.appsink.get(), "sink")).get(),
                      [&](const GstElement* element) { return shown_by[element].insert(i).second; });
  const auto leading = shown_by;
  for_each_element(out.producer.get(), [&](GstElement* element) {
    if (leading.contains(element)) return;
    std::set<std::size_t> outputs;
    for (GList* pad = element->sinkpads; pad; pad = pad->next)
      look_upstream(GST_PAD(pad->data), [&](const GstElement* above) {
        const auto found = leading.find(above);
        if (found == leading.end()) return true;
        outputs.insert(found->second.begin(), found->second.end());
        return false;
      });
    if (!outputs.empty()) shown_by.emplace(element, std::move(outputs));
  });
}

}  // namespace

CutPipeline cut(const PipeText& pipe) {
  CutPipeline out;
  out.producer = launch(pipe);
  std::vector<GstElement*> webrtcbins;
  if (GST_IS_PIPELINE(out.producer.get())) {
    for_each_element(out.producer.get(), [&](GstElement* element) {
      const std::string factory = factory_name(element);
      if (factory == "webrtcbin") webrtcbins.push_back(element);
      if (writes_stamps(element)) out.framestamps.push_back(gst_share(element));
      if (factory == "resultjson") out.result_texts.push_back(gst_share(element));
      if (GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK) && factory != "webrtcbin" &&
          g_str_has_prefix(GST_OBJECT_NAME(element), "results"))
        out.results.push_back(gst_share(element));
    });
  }
  if (webrtcbins.empty())
    throw UserError(pipe.file + ": the pipeline has no webrtcbin, so there is nothing to show; end it in " +
                    "\"… ! vp8enc ! rtpvp8pay ! webrtcbin\"");
  for (GstElement* webrtcbin : webrtcbins) out.outputs.push_back(cut_webrtcbin(pipe, out.producer.get(), webrtcbin));
  const bool several = std::ranges::count_if(out.outputs, has_video) > 1;
  several ? tell_apart(pipe, out.outputs) : join(out.outputs);
  for (auto& output : out.outputs) {
    if (output.streams.empty())
      throw UserError(pipe.file + ": nothing is linked to the pipeline's webrtcbin; end it in " +
                      "\"… ! vp8enc ! rtpvp8pay ! webrtcbin\"");
    arrange(pipe, output.streams);
    tell_payload_types_apart(pipe, output.streams);
  }
  find_lost_framestamp(out);
  if (several) find_who_shows(out);
  return out;
}
