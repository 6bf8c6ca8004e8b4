// The sealing layer: a node around a node, through which nothing passes unsealed that has a
// recipient, and nothing is believed that no seal vouches for.
//
// The machine inside says for whom each datagram and push is (`recipient`) and is told who has
// sealed each datagram (`sender`). What has no recipient (questions to reflectors, relays and
// peers, which have tags of their own) passes as it is, and so does what comes in without an
// envelope, with nobody as its sender: the machine inside, configured as sealed, believes nobody
// in what only a broker or a device may say.
//
// The contract is that of node.hpp. A node inside may say by `key_of(device)` which public keys it
// keeps; what is for a device whose key nobody knows is not sent.
#pragma once

#include "protocol/node.hpp"
#include "protocol/remarks.hpp"
#include "protocol/security/sealer.hpp"
#include "protocol/wire/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol {

template <class InnerState>
struct SealedState {
    SealerState sealer;
    InnerState inner;

    bool operator==(const SealedState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("sealer", &SealedState::sealer),
                          field("inner", &SealedState::inner)};
    }
};

template <class Inner>
class Sealed {
public:
    using Input = typename Inner::Input;
    using Output = typename Inner::Output;
    using State = SealedState<std::remove_cvref_t<decltype(std::declval<const Inner&>().state())>>;

    Sealed(const SealConfig& config, Inner inner) : sealer_(config), inner_(std::move(inner)) {}

    void handle(Instant now, const Input& input) {
        if (next_ == pending_.size()) recycle();
        std::visit([&](const auto& one) { take(now, one); }, input);
        collect();
    }

    std::optional<Output> poll_output() {
        if (next_ == pending_.size()) collect();  // of a new node that has something to say at once
        if (next_ == pending_.size()) return std::nullopt;
        Pending& next = pending_[next_++];
        if (next.size == 0) return std::move(next.output);
        const ByteView sealed{bytes_.data() + next.begin, next.size};
        if (auto* datagram = std::get_if<SendDatagram>(&next.output)) datagram->payload = sealed;
        if (auto* push = std::get_if<SendPush>(&next.output)) push->payload = sealed;
        return std::move(next.output);
    }

    [[nodiscard]] Instant next_deadline() const { return inner_.next_deadline(); }

    // Put together for who asks.
    [[nodiscard]] State state() const {
        return {.sealer = sealer_.state(), .inner = inner_.state()};
    }

    [[nodiscard]] const Inner& inner() const { return inner_; }

    [[nodiscard]] Inner& inner() { return inner_; }

    [[nodiscard]] const Sealer& sealer() const { return sealer_; }

    // Gives back what is kept for the next outputs. Precondition: drained, no view is in use.
    void release_memory() {
        if constexpr (requires { inner_.release_memory(); }) inner_.release_memory();
        sealer_.release_memory();
        pending_ = {};
        bytes_ = {};
        next_ = 0;
    }

private:
    // An output, and where its sealed bytes are; none: it is as the inner node gave it.
    struct Pending {
        Output output;
        std::size_t begin = 0;
        std::size_t size = 0;
    };

    void recycle() {
        pending_.clear();
        bytes_.clear();
        next_ = 0;
    }

    template <class Other>
    void take(Instant now, const Other& input) {
        inner_.handle(now, Input{input});
    }

    void take(Instant now, const ReceivedDatagram& datagram) {
        if (!is_sealed(datagram.payload)) {
            ReceivedDatagram plain = datagram;
            plain.sender = {};
            inner_.handle(now, Input{plain});
            return;
        }
        const auto opened = sealer_.open(datagram.payload);
        if (!opened) return remark(opened.error());
        inner_.handle(now,
                      Input{ReceivedDatagram{.source = datagram.source,
                                             .destination = datagram.destination,
                                             .payload = opened->plain,
                                             .sender = opened->sender}});
    }

    // What is pushed in clear is nobody's.
    void take(Instant now, const ReceivedPush& push) {
        if (!is_sealed(push.payload)) return remark(RemarkKind::forged_dropped);
        const auto opened = sealer_.open(push.payload);
        if (!opened) return remark(opened.error());
        if constexpr (std::is_constructible_v<Input, ReceivedPush>) {
            inner_.handle(now, Input{ReceivedPush{.payload = opened->plain}});
        }
    }

    void remark(RemarkKind kind) {
        pending_.push_back({.output = Remark{.kind = kind, .call = {}, .device = {}}});
    }

    // Takes over what the inner node has to say. Its views hold until it is handed the next input.
    void collect() {
        while (auto output = inner_.poll_output()) {
            if (const auto* datagram = std::get_if<SendDatagram>(&*output)) {
                send(*datagram, sealer_.kind_for(datagram->recipient), datagram->payload);
            } else if (const auto* push = std::get_if<SendPush>(&*output)) {
                send(*push, SealKind::push, push->payload);
            } else {
                pending_.push_back({.output = std::move(*output)});
            }
        }
    }

    template <class Send>
    void send(const Send& what, SealKind kind, ByteView plain) {
        if (what.recipient.is_nobody()) {
            pending_.push_back({.output = what});
            return;
        }
        if (!sealer_.can_seal_for(what.recipient)) ask_for_key(what.recipient);
        if (!sealer_.can_seal_for(what.recipient)) return remark(RemarkKind::recipient_unknown);
        const std::size_t begin = bytes_.size();
        bytes_.resize(begin + plain.size() + seal_overhead(kind));
        const std::size_t size = sealer_.seal(
            what.recipient, kind, plain, std::span<std::uint8_t>(bytes_).subspan(begin));
        pending_.push_back({.output = what, .begin = begin, .size = size});
    }

    void ask_for_key(const Party& recipient) {
        if constexpr (requires { inner_.key_of(recipient.device); }) {
            const auto key = inner_.key_of(recipient.device);
            if (key && device_id_of(*key) == recipient.device) sealer_.learn(*key);
        }
    }

    Sealer sealer_;
    Inner inner_;
    // Not part of the state: all have been polled whenever somebody looks.
    std::vector<Pending> pending_;
    std::vector<std::uint8_t> bytes_;
    std::size_t next_ = 0;
};

}  // namespace invitro::protocol
