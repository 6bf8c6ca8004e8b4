// The notations of single values, and of mixes of them.
#pragma once

#include "model/draw.hpp"
#include "model/hostile/attacker.hpp"
#include "model/nat/nat_box.hpp"
#include "model/network/access.hpp"
#include "model/network/topology.hpp"
#include "model/node_id.hpp"
#include "model/people/person.hpp"
#include "model/quantiles.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "scenarios/format/notation.hpp"
#include "scenarios/limits.hpp"
#include "scenarios/scenario.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace invitro::scenarios::format {

// ---- quantities ---------------------------------------------------------------------------------

// "250ms", "1.5s", "2h".
struct DurationRange {
    Duration low = Duration::zero();
    Duration high = limits::time_max;
};

Notation<Duration> duration(DurationRange range = {});

// The same, or "never" for Duration::max().
Notation<Duration> duration_or_never();

// A moment since the start of the world, written as a duration; moment_or_never() also takes
// "never".
Notation<protocol::Instant> moment();
Notation<protocol::Instant> moment_or_never();

// "1%".
Notation<model::Probability> share();

// A distribution of durations: "500ms" (constant), {"uniform": ["1s", "3s"]}, {"exponential":
// {"mean": "2s"}}, {"lognormal": {"median": "620ms", "sigma": 0.71}}, and, exactly, {"quantiles":
// [...]}. Written in the first of these that gives the very same table.
Notation<model::QuantileTable> distribution();

// A whole number.
template <class T>
Notation<T> count(T low, T high);

Notation<std::uint64_t> seed();
Notation<bool> flag();

// ---- words --------------------------------------------------------------------------------------

template <class T>
using Words = std::vector<std::pair<std::string, T>>;

// One word of a list; `what` names it in messages ("NAT kind"), `definition` in the schema.
template <class T>
Notation<T> choice(const std::string& what, const std::string& definition, const Words<T>& words);

Notation<model::SiteIndex> site();
Notation<std::string> site_name();
Notation<std::array<model::SiteIndex, 2>> reflector_sites();
Notation<model::AccessKind> access_kind();
Notation<model::IpFamilies> ip_families();
Notation<model::ReactionKind> reaction_kind();
Notation<model::FaultKind> fault_kind();
Notation<model::Deed> deed();
Notation<protocol::AnswerPolicy> answer_policy();
Notation<Arrivals> arrivals();
Notation<RegistrationStart> registration_start();
Notation<Security> security();
Notation<RegistrationAction> registration_action();
Notation<MembershipStep> membership_step();

// "EIM/APDF", or an object where more than the kind is said.
Notation<model::NatPolicy> nat_policy();

// ---- texts --------------------------------------------------------------------------------------

Notation<std::string> text();
Notation<std::string> world_name();
Notation<EndpointIdentifier> identifier();
// The same, as owned by a profile: nobody else may have it.
Notation<EndpointIdentifier> own_identifier();

// ---- names --------------------------------------------------------------------------------------

// The number that an entity is given, and a reference to one that has been given.
Notation<std::uint32_t> number_of(Entity entity);
Notation<std::uint32_t> reference_to(Entity entity);

// "everybody", "broker", "reflector 1", "device 7".
Notation<model::NodeId> node();

// ---- the rest -----------------------------------------------------------------------------------

// A key that is kept for later: whatever it holds is a mistake.
template <class Owner>
Notation<Owner> reserved(const std::string& why);

// A key that is for editors, not for us.
template <class Owner>
Notation<Owner> ignored_text();

// {"accept_delivery.p99": "2s", "direct_rate.value": {"at_least": "70%"}}.
Notation<std::vector<Threshold>> thresholds();

Value threshold_definitions();

// What notations refer to in their schemas by "#/definitions/...".
Value schema_definitions();

}  // namespace invitro::scenarios::format
