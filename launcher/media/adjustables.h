// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties that the pipeline file lets viewers change while it runs, with what they may be. What was changed
// stays so when the source is lost and comes back.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/gst_ptr.h"
#include "base/protocol.h"
#include "pipe/pipe_file.h"

class Adjustables {
 public:
  Adjustables() = default;
  // Throws UserError where there is no such property in the pipeline, or it can't be changed while it runs.
  Adjustables(const std::vector<Adjustable>& wanted, GstElement* pipeline);

  const std::vector<protocol::Property>& all() const { return properties_; }
  // Which one is meant, or why it can't be that.
  std::variant<std::size_t, protocol::Error> check(const protocol::SetRequest& request) const;
  // What it is from now on.
  void keep(std::size_t which, protocol::Value value) { properties_[which].value = std::move(value); }
  // To a new run of the pipeline.
  void apply(GstElement* pipeline) const;
  GstPtr<GstElement> element(std::size_t which, GstElement* pipeline) const;
  const std::string& property(std::size_t which) const { return wanted_[which].property; }

 private:
  std::vector<Adjustable> wanted_;
  std::vector<protocol::Property> properties_;
};

// Sets it, which may take as long as a frame takes to encode, and says what it is then. Any thread.
protocol::Value set_value(GstElement* element, const std::string& property, const protocol::Value& value);
