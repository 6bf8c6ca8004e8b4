// The format of scenario files: one table per section, in *tables.cpp. Parsing, defaults, messages,
// to_json(), the schema and the reference page all come from these tables.
//
// A line reads: key, where its value lives, how it is written, what it means, and whether it must
// be there. What is not required has the default of the C++ type that holds it.
#pragma once

#include "scenarios/format/notation.hpp"
#include "scenarios/scenario.hpp"

#include <initializer_list>

namespace invitro::scenarios::format {

// A whole file.
const Section<Scenario>& scenario_section();

// Sections of it, each in the file of its name.
Section<Scenario> population_section();
Section<Behaviour> behaviour_section();
Section<Scenario> workload_section();
Section<model::Fault> fault_section();
Section<model::Attacker> attacker_section();
Section<protocol::BrokerLimits> limits_section();
Section<World> push_section();
Section<KindFigures> access_figures_section();

// A mistake where something spelt out has a number that is kept for what is drawn.
void keep_drawn_numbers_free(Reader& reader,
                             const Value& value,
                             std::initializer_list<Entity> entities);

}  // namespace invitro::scenarios::format
