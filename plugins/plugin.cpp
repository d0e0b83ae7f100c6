// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugin `cv`: all elements are registered here.
#include <gst/gst.h>

#include "circledetect.h"
#include "gstballsrc.h"
#include "gstframelimit.h"
#include "gstframestamp.h"
#include "gstmodelproc.h"
#include "gstoverlaydraw.h"
#include "gstresultjson.h"

static gboolean plugin_init(GstPlugin* plugin) {
  return GST_ELEMENT_REGISTER(ballsrc, plugin) && register_circledetect(plugin) &&
         GST_ELEMENT_REGISTER(overlaydraw, plugin) && GST_ELEMENT_REGISTER(framestamp, plugin) &&
         GST_ELEMENT_REGISTER(framelimit, plugin) && GST_ELEMENT_REGISTER(modelproc, plugin) &&
         GST_ELEMENT_REGISTER(resultjson, plugin);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, cv,
                  "Live computer vision: camera, detector, models in any language, overlay, frame stamp", plugin_init,
                  CV_LAUNCH_VERSION, "LGPL", "cv-launch", CV_ORIGIN)
