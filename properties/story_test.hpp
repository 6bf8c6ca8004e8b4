// Stories: event sequences made by hand, for trying properties on.
//
// Device 0 calls, devices 1, 2, ... belong to the callee. All have public addresses and are
// registered from the start; a test may say otherwise through `world`. Each step happens 10 ms
// after the one before unless the story waits.
#pragma once

#include "properties/checker.hpp"
#include "properties/history.hpp"
#include "protocol/application.hpp"
#include "protocol/wire/messages.hpp"
#include "scenarios/world.hpp"

#include <deque>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::properties {

class Story {
public:
    explicit Story(std::uint32_t recipients = 2);

    scenarios::World world;

    static constexpr CallId call{.high = 7, .low = 7};

    // ---- names ----------------------------------------------------------------------------------

    static DeviceId id(std::uint32_t device) { return {.high = 1, .low = device + 1}; }

    static protocol::Address address(std::uint32_t device);

    static std::vector<std::uint8_t> encoded(const protocol::Message& message);

    // The connection data that a device sends.
    static ConnectionData data(std::uint32_t device);

    // ---- messages and notifications with everything in them -------------------------------------

    static protocol::InvitePush invitation(std::uint32_t device);
    static protocol::InviteDismiss dismissal(std::uint32_t device, EndReason reason);
    static protocol::Ringing ringing();
    // As one broker of a cluster passes it on to another.
    static protocol::ForwardedRequest passed_on(const protocol::Message& message);
    static protocol::Connected connected(std::uint32_t peer);

    // ---- single events --------------------------------------------------------------------------

    Story& wait(Duration span);
    Story& command(std::uint32_t device, const protocol::Command& command);
    Story& tell(std::uint32_t device, const protocol::Notification& notification);
    Story& device_sends(std::uint32_t device, const protocol::Message& message);
    // To the initiator, unless it says where.
    Story& broker_sends(const protocol::Message& message, const protocol::Address& to = {});
    Story& relay_sends(const protocol::Message& message);
    Story& device_gets(std::uint32_t device, const protocol::Message& message);
    // And writes down what decides something, which is durable in the same moment.
    Story& broker_gets(const protocol::Message& message, const protocol::Address& from = {});
    // The same, and nothing is written.
    Story& broker_only_gets(const protocol::Message& message, const protocol::Address& from = {});
    // The broker writes this because of what happened last; it is durable once it says so.
    Story& writes(protocol::ByteView bytes, bool starts_segment = false);
    Story& is_durable();
    // The broker's first incarnation begins.
    Story& starts();
    // The broker goes down, with so many bytes that were not durable, and comes back, or refuses.
    Story& crashes(std::uint64_t bytes_lost = 0);
    Story& restarts();
    Story& is_damaged();
    Story& refuses();
    // The device loses its program and all that it had stored.
    Story& reinstalls(std::uint32_t device);
    // Sent and delivered.
    // From attacker 0.
    Story& forged_at_broker(const protocol::Message& message);
    Story& broker_answers_attacker(const protocol::Message& message);
    Story& measured(const model::StateMeasured& state);
    Story& to_broker(std::uint32_t device, const protocol::Message& message);
    Story& to_device(std::uint32_t device, const protocol::Message& message);
    Story& lost(std::uint32_t device, const protocol::Message& message);
    // The device's program goes down.
    Story& is_killed(std::uint32_t device);
    // The operator orders this epoch; the broker sends a piece of a handover.
    Story& orders(std::uint64_t epoch);
    Story& hands_over();
    Story& push(std::uint32_t device, const protocol::Message& message);
    Story& push_through(std::uint32_t device,
                        const protocol::PushToken& token,
                        const protocol::Message& message);
    // With a field that nobody knows.
    Story& broker_sends_padded(const protocol::Message& message);
    Story& push_from(std::uint32_t broker, std::uint32_t device, const protocol::Message& message);
    Story& push_arrives(std::uint32_t device, const protocol::Message& message);

    // ---- sealed ---------------------------------------------------------------------------------

    // In clear unless a story says otherwise; then keys are real ones, by device.
    static protocol::DeviceId sealed_id(std::uint32_t device);
    // The envelope in which the device says something to the broker, with this number.
    protocol::ByteView envelope(std::uint32_t device,
                                const protocol::Message& message,
                                std::uint64_t number);
    Story& device_sends_sealed(std::uint32_t device,
                               const protocol::Message& message,
                               std::uint64_t number);
    Story& broker_gets_sealed(std::uint32_t device,
                              const protocol::Message& message,
                              std::uint64_t number,
                              const protocol::Address& from = {});
    // The broker answers what it got last.
    Story& broker_reacts(const protocol::Message& message);

    // ---- what goes together ---------------------------------------------------------------------

    // The initiator calls, and the broker gets its request.
    Story& asks(protocol::AnswerPolicy policy = protocol::AnswerPolicy::first,
                bool gathers = false);
    // ... and has the call in hand.
    Story& calls(protocol::AnswerPolicy policy = protocol::AnswerPolicy::first,
                 bool gathers = false);
    // Asks both reflectors and hears from them.
    Story& reflects(std::uint32_t device);
    // The device is pushed to and rings.
    Story& rings(std::uint32_t device);
    Story& rings_all();
    // Its user accepts, and the broker gets it; `gathers`: after asking the reflectors.
    Story& accepts(std::uint32_t device, bool gathers = false);
    // The broker confirms that, and passes it on.
    Story& confirmed(std::uint32_t device);
    Story& arrives(std::uint32_t device);
    Story& declines(std::uint32_t device,
                    protocol::DeclineScope scope = protocol::DeclineScope::here);
    // The path is nominated and both ends are connected.
    Story& connects(std::uint32_t device);
    // The initiator tells that this device is chosen.
    Story& chooses(std::uint32_t device);
    Story& cancels();
    // The device is told to stop ringing, and does.
    Story& stops(std::uint32_t device, EndReason reason);
    // The initiator learns of the end.
    Story& ends(EndReason reason);
    // Accepts, is confirmed, arrives.
    Story& delivered(std::uint32_t device);
    // The session is over at both ends.
    Story& hangs_up(std::uint32_t device);
    // Device 1 answers, the others are told, and all ends well.
    Story& goes_well();

    // ---- the end --------------------------------------------------------------------------------

    // Watches the story to its end.
    [[nodiscard]] std::vector<Tally> tallies() const;
    [[nodiscard]] Tally tally(std::string_view property) const;
    // Every property that is violated, with its first explanation.
    [[nodiscard]] std::string violations() const;

private:
    model::EventHeader header(model::NodeId node, CallId about);
    protocol::ByteView store(const protocol::Message& message);
    void add(model::NodeId node, CallId about, model::EventBody body);

    std::vector<model::Event> events_;
    std::deque<std::vector<std::uint8_t>> payloads_;  // events hold views into it
    Instant now_{};
    std::uint64_t records_ = 0;
    std::uint32_t incarnation_ = 1;
};

// How one property is tried: stories in which it holds, is violated, and is not touched.
struct Trial {
    std::string_view property;
    void (*holds)(Story&);
    void (*violated)(Story&);
    void (*vacuous)(Story&);
};

inline std::ostream& operator<<(std::ostream& out, const Trial& trial) {
    return out << trial.property;
}

std::vector<Trial> delivery_trials();
std::vector<Trial> durability_trials();
std::vector<Trial> cluster_trials();
std::vector<Trial> invitation_trials();
std::vector<Trial> silence_trials();
std::vector<Trial> policy_trials();
std::vector<Trial> glare_trials();
std::vector<Trial> identity_trials();
std::vector<Trial> security_trials();
std::vector<Trial> session_trials();
std::vector<Trial> transfer_trials();
std::vector<Trial> relay_trials();
std::vector<Trial> renewal_trials();
std::vector<Trial> registration_trials();
std::vector<Trial> other_trials();
std::vector<Trial> admission_trials();

}  // namespace invitro::properties
