// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model_state.h"

namespace cvgst {
namespace {

// A program may print anything, but a GstStructure takes only UTF-8.
std::string valid(const std::string& text) {
  g_autofree char* made = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  return made;
}

void post(GstElement* element, GstMessageType type, const std::string& model, const char* state,
          const std::string& said) {
  const std::string message = valid(said);
  const std::string name = valid(model);
  GstStructure* details = gst_structure_new("model-state", "model", G_TYPE_STRING, name.c_str(), "state", G_TYPE_STRING,
                                            state, "message", G_TYPE_STRING, message.c_str(), nullptr);
  const std::string text = name + ": " + (message.empty() ? std::string("the model is ") + state : message);
  gst_element_message_full_with_details(element, type, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED,
                                        g_strdup(text.c_str()), nullptr, __FILE__, GST_FUNCTION, __LINE__, details);
}

}  // namespace

void post_model_state(GstElement* element, const std::string& model, core::ModelProcess::State state,
                      const std::string& message, bool fatal) {
  switch (state) {
    case core::ModelProcess::State::kStarting:
      return post(element, GST_MESSAGE_INFO, model, "starting", message);
    case core::ModelProcess::State::kRunning:
      return post(element, GST_MESSAGE_INFO, model, "running", message);
    case core::ModelProcess::State::kFailed:
      return post(element, fatal ? GST_MESSAGE_ERROR : GST_MESSAGE_WARNING, model, "failed", message);
  }
}

}  // namespace cvgst
