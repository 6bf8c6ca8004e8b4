// Surroundings: what the World says in advance, as far as a verdict needs it. Who owns which
// identifier, who cannot be reached at all, and when something was in the way.
//
// From it follows the *liveness window* (docs/PROTOCOL.md; bounds in protocol/timing.hpp): what is
// promised is promised only where a long enough stretch of working network was there. It is judged
// conservatively: in doubt there was none.
#pragma once

#include "properties/facts.hpp"
#include "scenarios/world.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace invitro::properties {

// What a promise needs in order to be owed.
struct Need {
    Instant from{};                 // the trigger
    Instant until{};                // the stretch must end by then
    std::uint32_t device = nobody;  // beside the broker, whom it takes
    std::uint32_t initiator = nobody;
    std::uint32_t acceptor = nobody;  // who need not be there, but whose failed tries count
    bool push = false;                // the push service too
    ExchangeSet exchanges = 0;        // whose failed tries count
    std::span<const FailedTry> failed_tries;
    // Of the device and of the initiator, whatever the exchange.
    std::array<std::span<const StreamLoss>, 2> stream_losses{};
};

// Do two boxes let the hosts behind them reach each other without predicting ports? Told from their
// mapping and filtering (RFC 4787, 4.1 and 5) alone.
[[nodiscard]] bool allows_direct_path(model::NatKind one, model::NatKind other);

class Surroundings {
public:
    // The world must outlive this.
    explicit Surroundings(const scenarios::World& world);

    [[nodiscard]] const scenarios::World& world() const { return *world_; }

    // The devices of whoever owns the identifier, by number.
    [[nodiscard]] std::span<const std::uint32_t> devices_of(
        const protocol::EndpointIdentifier& identifier) const;

    // Its user registers it anew, or unregisters it, in the middle of the world.
    [[nodiscard]] bool changes_registration(std::uint32_t device) const;

    // No datagram ever passes: behind BLK, now or after a move. Streams do, once the client has
    // found out.
    [[nodiscard]] bool is_blocked(std::uint32_t device) const;

    // The access network in which the device always is; null if it moves.
    [[nodiscard]] const scenarios::AccessNetwork* network_of(std::uint32_t number) const;

    // No fault of the schedule that touches this device (or everybody) overlaps the interval.
    [[nodiscard]] bool is_untroubled(std::uint32_t device, Instant from, Instant until) const;

    // No fault of the schedule that touches a relay overlaps the interval.
    [[nodiscard]] bool are_relays_untroubled(Instant from, Instant until) const;

    // There are relays, and each has room for every pair that may ever want it.
    [[nodiscard]] bool have_relays_room() const;

    // In the interval nobody moves, and no NAT box forgets its mappings.
    [[nodiscard]] bool is_settled(Instant from, Instant until) const;

    // Does a pause of the broker overlap the interval?
    [[nodiscard]] bool is_broker_paused(Instant from, Instant until) const;

    // When a broker to which something happens at that time takes notice: then, or after its pause.
    [[nodiscard]] Instant broker_notices(Instant at) const;

    // The end of the first stretch of protocol::timing::liveness_window between `from` and `until`
    // that meets the need, or nothing.
    [[nodiscard]] std::optional<Instant> stretch_end(const Need& need) const;

    // By when all that brokers hand over to each other is handed over; never, if one stays down.
    [[nodiscard]] Instant handovers_end() const { return handovers_end_; }

private:
    enum class Reach : std::uint8_t {
        datagrams,
        pushes,
        streams,  // and so whoever has nothing else
    };

    // Something in the way of `node` (of everybody where it is none).
    struct Trouble {
        Instant start{};
        Instant end{};
        model::NodeId node;
        Reach reach = Reach::datagrams;

        [[nodiscard]] bool stops_broker() const { return node.kind == model::NodeKind::broker; }
    };

    void add_trouble(const model::Fault& fault);
    void add_handover(Instant at);
    void note_if_blocked(std::uint32_t device, std::uint32_t network);
    void list_owners();
    [[nodiscard]] bool needs_streams(const Need& need) const;
    [[nodiscard]] bool matters(const Trouble& trouble, const Need& need) const;
    [[nodiscard]] std::optional<Instant> obstacle(const Need& need, Instant start) const;

    const scenarios::World* world_;
    Instant handovers_end_{};
    std::vector<Trouble> troubles_;
    std::vector<std::uint32_t> blocked_;  // sorted
    // Devices sorted by profile, and the profile of each; then each identifier's place in them.
    std::vector<std::uint32_t> devices_;

    struct Owner {
        std::string_view identifier;
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    std::vector<Owner> owners_;  // sorted by identifier
};

}  // namespace invitro::properties
