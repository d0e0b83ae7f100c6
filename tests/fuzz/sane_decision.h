// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cmath>

#include "link/link_control.h"
#include "must.h"

// Whatever a viewer reports. Of a ladder with three rungs.
inline void must_be_sane(const LinkControl::Decision& decision) {
  must(decision.rung <= 3, "a rung is one of the ladder, or stills");
  must(decision.still_interval_s >= 1 && decision.still_interval_s <= 10, "stills come about once a second");
  must(decision.probe >= 0 && std::isfinite(decision.probe), "probes have a rate");
  must(decision.results >= 0, "results have a rate");
  must(!decision.carries || (*decision.carries >= 0 && std::isfinite(*decision.carries)), "a link carries something");
}
