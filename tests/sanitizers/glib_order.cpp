// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells ThreadSanitizer what GLib orders: its locks, its main loop and its signals, which are made of futexes and
// atomics in a library that is not instrumented. To be preloaded; in a program without ThreadSanitizer it does nothing.
#include <dlfcn.h>
#include <glib-object.h>
#include <gst/gst.h>

#include <cstdarg>

extern "C" {
[[gnu::weak]] void __tsan_acquire(void* address);
[[gnu::weak]] void __tsan_release(void* address);
}

namespace {

void acquire(const void* address) {
  if (__tsan_acquire) __tsan_acquire(const_cast<void*>(address));
}

void release(const void* address) {
  if (__tsan_release) __tsan_release(const_cast<void*>(address));
}

// Who gives up a reference has done with the object: the last one, who frees it, comes behind all.
void hand_over(const void* object) {
  release(object);
  acquire(object);
}

template <typename F>
F* next(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

// A callback of the main loop, with what it is for.
struct Call {
  GSourceFunc function;
  gpointer data;
  GDestroyNotify notify;
};

Call* call_of(GSourceFunc function, gpointer data, GDestroyNotify notify) {
  auto* call = new Call{function, data, notify};
  release(call);
  return call;
}

gboolean run(gpointer data) {
  acquire(data);
  const auto* call = static_cast<Call*>(data);
  return call->function(call->data);
}

void end(gpointer data) {
  acquire(data);
  const auto* call = static_cast<Call*>(data);
  if (call->notify) call->notify(call->data);
  delete call;
}

// What a handler was connected with is there for whoever emits a signal.
char signals = 0;

}  // namespace

// NEXT(result, name, parameters…): the library's own function
#define NEXT(result, name, ...) static auto* const name##_next = next<result(__VA_ARGS__)>(#name)

extern "C" {

void g_mutex_lock(GMutex* mutex) {
  NEXT(void, g_mutex_lock, GMutex*);
  g_mutex_lock_next(mutex);
  acquire(mutex);
}

gboolean g_mutex_trylock(GMutex* mutex) {
  NEXT(gboolean, g_mutex_trylock, GMutex*);
  const gboolean locked = g_mutex_trylock_next(mutex);
  if (locked) acquire(mutex);
  return locked;
}

void g_mutex_unlock(GMutex* mutex) {
  NEXT(void, g_mutex_unlock, GMutex*);
  release(mutex);
  g_mutex_unlock_next(mutex);
}

void g_cond_wait(GCond* cond, GMutex* mutex) {
  NEXT(void, g_cond_wait, GCond*, GMutex*);
  release(mutex);
  g_cond_wait_next(cond, mutex);
  acquire(mutex);
}

gboolean g_cond_wait_until(GCond* cond, GMutex* mutex, gint64 end_time) {
  NEXT(gboolean, g_cond_wait_until, GCond*, GMutex*, gint64);
  release(mutex);
  const gboolean woken = g_cond_wait_until_next(cond, mutex, end_time);
  acquire(mutex);
  return woken;
}

guint g_idle_add_full(gint priority, GSourceFunc function, gpointer data, GDestroyNotify notify) {
  NEXT(guint, g_idle_add_full, gint, GSourceFunc, gpointer, GDestroyNotify);
  return g_idle_add_full_next(priority, run, call_of(function, data, notify), end);
}

void g_main_context_invoke_full(GMainContext* context, gint priority, GSourceFunc function, gpointer data,
                                GDestroyNotify notify) {
  NEXT(void, g_main_context_invoke_full, GMainContext*, gint, GSourceFunc, gpointer, GDestroyNotify);
  g_main_context_invoke_full_next(context, priority, run, call_of(function, data, notify), end);
}

gulong g_signal_connect_data(gpointer instance, const gchar* signal, GCallback handler, gpointer data,
                             GClosureNotify notify, GConnectFlags flags) {
  NEXT(gulong, g_signal_connect_data, gpointer, const gchar*, GCallback, gpointer, GClosureNotify, GConnectFlags);
  release(&signals);
  return g_signal_connect_data_next(instance, signal, handler, data, notify, flags);
}

void g_signal_emit_valist(gpointer instance, guint signal, GQuark detail, va_list arguments) {
  NEXT(void, g_signal_emit_valist, gpointer, guint, GQuark, va_list);
  acquire(&signals);
  g_signal_emit_valist_next(instance, signal, detail, arguments);
}

void g_signal_emit(gpointer instance, guint signal, GQuark detail, ...) {
  va_list arguments;
  va_start(arguments, detail);
  g_signal_emit_valist(instance, signal, detail, arguments);
  va_end(arguments);
}

void g_object_notify(GObject* object, const gchar* property) {
  NEXT(void, g_object_notify, GObject*, const gchar*);
  acquire(&signals);
  g_object_notify_next(object, property);
}

void g_object_notify_by_pspec(GObject* object, GParamSpec* property) {
  NEXT(void, g_object_notify_by_pspec, GObject*, GParamSpec*);
  acquire(&signals);
  g_object_notify_by_pspec_next(object, property);
}

void g_object_unref(gpointer object) {
  NEXT(void, g_object_unref, gpointer);
  hand_over(object);
  g_object_unref_next(object);
}

void gst_object_unref(gpointer object) {
  NEXT(void, gst_object_unref, gpointer);
  hand_over(object);
  gst_object_unref_next(object);
}

void gst_mini_object_unref(GstMiniObject* object) {
  NEXT(void, gst_mini_object_unref, GstMiniObject*);
  hand_over(object);
  gst_mini_object_unref_next(object);
}
}
