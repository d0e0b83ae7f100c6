// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests to webrtcbin, whose replies come to the main thread.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>
#include <utility>

#include "base/main_thread.h"
#include "media/reaper.h"

// A promise whose reply comes to the main thread as `handle(target, promise)`. The caller gets a reference of its own
// and can wait for the reply with it.
template <typename T, typename F>
PromisePtr promise_for(const std::weak_ptr<T>& target, F handle) {
  struct Context {
    std::weak_ptr<T> target;
    F handle;
  };
  GstPromise* promise = gst_promise_new_with_change_func(
      [](GstPromise* promise, gpointer data) {
        const auto* context = static_cast<Context*>(data);
        const PromisePtr held(promise, gst_promise_unref);  // the change function owns a reference
        post(context->target, [held, handle = context->handle](T& target) { handle(target, held.get()); });
      },
      new Context{target, std::move(handle)}, [](gpointer data) { delete static_cast<Context*>(data); });
  return PromisePtr(gst_promise_ref(promise), gst_promise_unref);
}

// What a promise says went wrong, or "".
inline std::string promise_error(const GstPromise* promise) {
  if (gst_promise_wait(const_cast<GstPromise*>(promise)) != GST_PROMISE_RESULT_REPLIED)
    return "no reply from webrtcbin";
  const GstStructure* reply = gst_promise_get_reply(const_cast<GstPromise*>(promise));
  g_autoptr(GError) error = nullptr;
  if (reply && gst_structure_has_field(reply, "error"))
    gst_structure_get(reply, "error", G_TYPE_ERROR, &error, nullptr);
  return error ? error->message : "";
}
