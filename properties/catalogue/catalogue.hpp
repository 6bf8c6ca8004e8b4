// The catalogue: every property as a sentence and a small function over facts.
//
// A property of calls is judged once for each call, when nothing more can happen to it or the world
// is over; a property of the world once, at its end. One file per family defines them; the order
// below is the order of printing.
#pragma once

#include "properties/history.hpp"
#include "properties/property.hpp"

#include <span>
#include <string>
#include <vector>

namespace invitro::properties {

// A call, and what surrounded it.
struct Case {
    const CallFacts& call;
    const History& history;

    // Facts reach up to here.
    [[nodiscard]] Instant now() const { return history.now(); }

    // When the promises of the invitation end, as far as this world went.
    [[nodiscard]] Instant grace_end() const { return std::min(call.grace_end(), now()); }
};

// Where a property writes down how it fared.
class Findings {
public:
    Findings(Tally& tally, CallId call) : tally_(&tally), call_(call) {}

    // The property was really exercised once more, or so often.
    void exercised(std::uint64_t times = 1) { tally_->checked += times; }

    // It was exercised, and broken. `at` may be none, where the breach is that nothing came.
    void breach(const Moment& at, std::string explanation);

private:
    // Of one world; more say nothing new.
    static constexpr std::size_t violations_max = 8;

    Tally* tally_;
    CallId call_;
};

struct Property {
    PropertyInfo info;
    void (*judge_call)(const Case&, Findings&) = nullptr;
    void (*judge_world)(const History&, Findings&) = nullptr;
};

// A promise with a time: owed from a trigger on, given the liveness window.
struct Promise {
    Need need;
    Moment kept;                       // when it was fulfilled, if it was
    Instant lapses = protocol::never;  // from here on it is owed no longer
};

enum class Outcome : std::uint8_t { not_exercised = 0, kept = 1, broken = 2 };

// Kept means by the end of the first stretch of working network.
Outcome judge(const Promise& promise, const History& history);

// From here on the initiator's user no longer wants to hear of acceptors, or its program does not
// know of the call any more.
Instant initiator_left(const CallFacts& call);

// For sentences.
std::string name_of(std::uint32_t device);  // "device 3", "an unknown device"
std::string time_of(Instant at);            // "12.345 s", "never"
std::string time_of(const Moment& moment);

const std::vector<Property>& all_properties();

std::span<const Property> delivery_properties();
std::span<const Property> durability_properties();
std::span<const Property> invitation_properties();
std::span<const Property> silence_properties();
std::span<const Property> policy_properties();
std::span<const Property> glare_properties();
std::span<const Property> identity_properties();
std::span<const Property> privacy_properties();
std::span<const Property> security_properties();
std::span<const Property> session_properties();
std::span<const Property> relay_properties();
std::span<const Property> renewal_properties();
std::span<const Property> registration_properties();
std::span<const Property> transfer_properties();
std::span<const Property> resource_properties();
std::span<const Property> admission_properties();
std::span<const Property> cluster_properties();

}  // namespace invitro::properties
