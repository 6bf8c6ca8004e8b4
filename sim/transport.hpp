// What the network does to a datagram, from the socket that sends it to the one that receives it.
//
//   send():    sender's faults -> sender's NAT -> sender's access link -> wide area
//              -> receiver's access link; says when, and whether, copies arrive
//   arrive():  receiver's NAT -> receiver's faults; says to whom, or why not
//
// Everything in between is the models' of model/, called in this order; the transport has no
// opinion of its own about latency, loss or addresses.
#pragma once

#include "model/event.hpp"
#include "model/nat/nat_box.hpp"
#include "scenarios/world.hpp"
#include "sim/active_faults.hpp"
#include "sim/places.hpp"
#include "sim/platform.hpp"

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

namespace invitro::sim {

// A datagram between two ends, as the network sees it.
struct Packet {
    protocol::Address source;  // after the sender's NAT
    protocol::Address destination;
    std::uint64_t identity = 0;  // stable name for draws
    bool held_back = false;      // by a fault at the receiver, once
};

class Transport {
public:
    Transport(const scenarios::World& world,
              const Platform& platform,
              Places& places,
              const ActiveFaults& faults);

    // One copy on its way.
    struct Flight {
        protocol::Instant arrival{};
        Packet packet;
    };

    // Up to two copies; none where it was dropped at once, and why.
    struct Departure {
        std::uint8_t copies = 0;
        std::array<Flight, 2> flights;
        model::DropReason dropped = model::DropReason::loss;
    };

    // `identity` names the datagram: equal for equal seed, sender, bytes, destination and time.
    Departure send(protocol::Instant now,
                   NodeIndex sender,
                   const protocol::Address& source,
                   const protocol::Address& destination,
                   std::size_t size,
                   std::uint64_t identity);

    // The same from a host that is none of the world's nodes and has an address of its own.
    Departure send_from(protocol::Instant now,
                        model::SiteIndex site,
                        const protocol::Address& source,
                        const protocol::Address& destination,
                        std::size_t size,
                        std::uint64_t identity);

    struct Delivered {
        NodeIndex receiver{};
        protocol::Address source;
        protocol::Address destination;  // the receiver's own address
    };

    // The receiver's faults hold it back: ask again with these flights instead.
    struct Again {
        std::uint8_t copies = 0;
        std::array<Flight, 2> flights;
    };

    std::variant<Delivered, model::DropReason, Again> arrive(protocol::Instant now,
                                                             const Packet& packet);

    // One try of a segment of a stream from one node to another: how long it takes, or nothing
    // where it is lost.
    [[nodiscard]] std::optional<protocol::Duration> segment(protocol::Instant now,
                                                            NodeIndex from,
                                                            NodeIndex to,
                                                            std::size_t size,
                                                            std::uint64_t identity) const;

    // How long the receiver's faults hold a segment back; nothing where they take it.
    [[nodiscard]] std::optional<protocol::Duration> admit(NodeIndex to,
                                                          std::uint64_t identity) const;

    // Where the stream of a node that opened it comes from, as seen outside its network.
    [[nodiscard]] protocol::Address stream_address(NodeIndex opener,
                                                   std::uint64_t name,
                                                   protocol::IpFamily family) const;

    // A NAT reboot where the device is.
    void flush_nat(NodeIndex device);

private:
    // The two ends of a path, as far as latency goes.
    struct Attachment {
        model::SiteIndex site{};
        const scenarios::AccessNetwork* network = nullptr;  // none: a data centre
    };

    [[nodiscard]] Attachment attachment_of(NodeIndex node) const;
    [[nodiscard]] Attachment attachment_of(const Target& target) const;
    [[nodiscard]] bool is_local(NodeIndex sender, const Target& target) const;
    [[nodiscard]] bool is_attached(NodeIndex device, const protocol::Address& address) const;
    [[nodiscard]] Departure travel(protocol::Instant now,
                                   const Packet& packet,
                                   const Attachment& from,
                                   const Attachment& to,
                                   std::size_t size,
                                   const FaultEffect& effect) const;
    [[nodiscard]] std::optional<Flight> fly(protocol::Instant now,
                                            const Packet& packet,
                                            const Attachment& from,
                                            const Attachment& to,
                                            std::size_t size) const;
    std::variant<Delivered, model::DropReason> enter(protocol::Instant now, const Packet& packet);
    std::variant<Delivered, model::DropReason> enter_network(protocol::Instant now,
                                                             const Packet& packet,
                                                             std::uint32_t network);
    [[nodiscard]] std::variant<Delivered, model::DropReason> hand_over(
        const protocol::Address& source,
        const protocol::Address& inside,
        std::uint32_t network) const;

    [[nodiscard]] const model::AccessProfile& profile_of(model::AccessKind kind) const;

    // The one between this network and the world, for packets of this family.
    model::NatBox& box(std::uint32_t network, protocol::IpFamily family);

    const scenarios::World& world_;
    const Platform& platform_;
    Places& places_;
    const ActiveFaults& faults_;
    std::vector<model::NatBox> boxes_;  // by index of the access network
    // What IPv6 passes instead; empty where no network speaks it.
    std::vector<model::NatBox> firewalls_;
    // By kind; empty where the world has no figures of its own.
    std::vector<model::AccessProfile> profiles_;
};

}  // namespace invitro::sim
