#include "protocol/paths/relay.hpp"

#include "protocol/paths/path_identity.hpp"
#include "protocol/paths/relay_credential.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/leaf.hpp"
#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

constexpr std::uint32_t no_channel = 0xFFFFFFFF;

// The dynamic ports (RFC 6335 6), from which relayed addresses are taken (RFC 8656 7.2).
constexpr std::uint16_t first_port = 49152;
constexpr std::uint32_t channel_count = 2 * RelayConfig::couplings_limit;
static_assert(first_port + channel_count == 0x10000);

// What a coupling is found by, whichever of its ends asks.
using CouplingKey = std::tuple<CallId, DeviceId, DeviceId>;

CouplingKey key_of(const RelayCoupling& coupling) {
    return {coupling.call, coupling.ends[0].device, coupling.ends[1].device};
}

CouplingKey key_of(const RelayAllocate& request) {
    const auto [first, second] = std::minmax(request.device, request.peer);
    return {request.call, first, second};
}

std::uint32_t channel_of(std::size_t slot, const RelayAllocate& request) {
    return static_cast<std::uint32_t>(2 * slot + (request.peer < request.device ? 1 : 0));
}

std::int64_t nonce_period_at(Instant now) {
    return now.time_since_epoch() / timing::relay_nonce_period;
}

}  // namespace

Relay::Relay(const RelayConfig& config) {
    state_.config = config;
    state_.config.couplings_max = std::min(config.couplings_max, RelayConfig::couplings_limit);
    const RandomValue drawn = draw(config.seed, Purpose::relay_channel, 0);
    state_.first_name =
        static_cast<std::uint16_t>((drawn.octets[0] | (drawn.octets[1] << 8U)) % channel_count);
}

void Relay::handle(Instant now, const Input& input) {
    let_lapse(now);
    std::visit(Overloaded{[&](const ReceivedDatagram& datagram) { on(now, datagram); },
                          [](const DeadlineReached&) {},
                          [&](const CapacityChanged& changed) {
                              state_.config.couplings_max =
                                  static_cast<std::uint16_t>(std::min<std::uint32_t>(
                                      changed.capacity, RelayConfig::couplings_limit));
                          }},
               input);
}

void Relay::on(Instant now, const ReceivedDatagram& datagram) {
    const auto message = decode(datagram.payload);
    if (!message) {
        ++state_.counters.malformed;
        return remark(RemarkKind::malformed_dropped);
    }
    std::visit([&](const auto& one) { on(now, datagram, one); }, *message);
}

// Messages that are not for a relay.
template <class M>
void Relay::on(Instant, const ReceivedDatagram&, const M& message) {
    ++state_.counters.malformed;
    remark(RemarkKind::unexpected_dropped, call_of(Message{message}));
}

// ---- allocations --------------------------------------------------------------------------------

// Who does not know the secret gets no answer, so that nothing can be learned here, and nobody else
// be sent anything.
void Relay::on(Instant now, const ReceivedDatagram& datagram, const RelayAllocate& request) {
    const RelaySecret secret = relay_secret(
        state_.config.key, request.call, request.device, request.peer, request.expires);
    if (request.device == request.peer || !equal_tags(request.tag, tag_of(secret, request))) {
        ++state_.counters.forged;
        return remark(RemarkKind::unexpected_dropped, request.call, request.device);
    }
    const std::uint32_t channel = find_channel(request);
    const bool is_known = channel != no_channel && end_of(channel).is_allocated();
    if (is_known && request.sequence <= end_of(channel).sequence) {
        ++state_.counters.repeated;
        return remark(RemarkKind::duplicate_dropped, request.call, request.device);
    }
    if (const auto reason = objection(now, datagram.source, request, is_known)) {
        return refuse(now, datagram.source, request, *reason);
    }
    if (request.lifetime == Duration{}) {
        if (is_known) {
            ++state_.counters.released;
            release(channel);
        }
        return grant(now, datagram.source, request, no_channel);
    }
    allocate(now, datagram.source, request);
}

std::optional<RelayRefusal> Relay::objection(Instant now,
                                             const Address& source,
                                             const RelayAllocate& request,
                                             bool is_known) const {
    const std::int64_t period = nonce_period_at(now);
    if (!equal_tags(request.nonce, nonce_for(source, period)) &&
        !equal_tags(request.nonce, nonce_for(source, period - 1))) {
        return RelayRefusal::stale_nonce;
    }
    if (is_known || request.lifetime == Duration{}) return std::nullopt;
    if (request.expires <= now.time_since_epoch()) return RelayRefusal::expired;
    // The first end to come has taken the place of both.
    const bool has_place = find_channel(request) != no_channel;
    if (!has_place && state_.order.size() >= state_.config.couplings_max) return RelayRefusal::full;
    if (allocations_of(request.device) >= state_.config.device_max) return RelayRefusal::too_many;
    return std::nullopt;
}

void Relay::allocate(Instant now, const Address& source, const RelayAllocate& request) {
    std::uint32_t channel = find_channel(request);
    if (channel == no_channel) channel = open_channel(request);
    RelayEnd& end = end_of(channel);
    if (end.is_allocated()) {
        ++state_.counters.refreshed;
    } else {
        ++state_.counters.granted;
        remark(RemarkKind::relay_granted, request.call, request.device);
    }
    end.client = source;
    end.sequence = request.sequence;
    state_.lapses.schedule(channel, now + std::min(request.lifetime, timing::relay_lifetime));
    grant(now, source, request, channel);
}

void Relay::grant(Instant now,
                  const Address& source,
                  const RelayAllocate& request,
                  std::uint32_t channel) {
    RelayGranted granted{.call = request.call,
                         .device = request.device,
                         .peer = request.peer,
                         .sequence = request.sequence,
                         .nonce = nonce_for(source, nonce_period_at(now)),
                         .channel = 0,
                         .relayed = {},
                         .peer_relayed = {},
                         .lifetime = {},
                         .tag = {}};
    if (channel != no_channel) {
        granted.channel = name_of(channel);
        granted.relayed = relayed_address(channel);
        granted.peer_relayed = relayed_address(channel ^ 1U);
        granted.lifetime = state_.lapses.due_of(channel) - now;
    }
    const RelaySecret secret = relay_secret(
        state_.config.key, request.call, request.device, request.peer, request.expires);
    send(source, with_tag(secret, granted));
}

void Relay::refuse(Instant now,
                   const Address& source,
                   const RelayAllocate& request,
                   RelayRefusal reason) {
    if (reason == RelayRefusal::stale_nonce) {
        ++state_.counters.challenged;
    } else {
        ++state_.counters.refused;
        remark(RemarkKind::relay_refused, request.call, request.device);
    }
    const RelayRefused refused{.call = request.call,
                               .device = request.device,
                               .peer = request.peer,
                               .sequence = request.sequence,
                               .reason = reason,
                               .nonce = nonce_for(source, nonce_period_at(now)),
                               .tag = {}};
    const RelaySecret secret = relay_secret(
        state_.config.key, request.call, request.device, request.peer, request.expires);
    send(source, with_tag(secret, refused));
}

void Relay::release(std::uint32_t channel) {
    state_.lapses.remove(channel);
    RelayEnd& end = end_of(channel);
    end.client = {};
    end.sequence = 0;
    RelayCoupling& coupling = state_.couplings[channel / 2];
    if (!coupling.is_gone()) return;
    const auto slot = static_cast<std::uint16_t>(channel / 2);
    state_.order.erase(std::find(state_.order.begin(), state_.order.end(), slot));
    state_.vacant.push_back(slot);
    coupling = {};
}

void Relay::let_lapse(Instant now) {
    while (state_.lapses.first_due() <= now) {
        const std::uint32_t channel = state_.lapses.first_item();
        ++state_.counters.lapsed;
        remark(
            RemarkKind::relay_lapsed, state_.couplings[channel / 2].call, end_of(channel).device);
        release(channel);
    }
}

// ---- data ---------------------------------------------------------------------------------------

void Relay::on(Instant, const ReceivedDatagram& datagram, const RelayData& data) {
    const std::uint32_t channel = channel_named(data.channel);
    const bool is_channel = channel / 2 < state_.couplings.size();
    if (!is_channel || !end_of(channel).is_allocated() ||
        end_of(channel).client != datagram.source) {
        ++state_.counters.unauthorised;
        return remark(RemarkKind::relay_data_dropped);
    }
    const std::uint32_t other = channel ^ 1U;
    const CallId& call = state_.couplings[channel / 2].call;
    if (!end_of(other).is_allocated()) {
        ++state_.counters.unheard;
        return remark(RemarkKind::relay_data_dropped, call, end_of(channel).device);
    }
    ++state_.counters.passed;
    send(end_of(other).client, RelayData{.channel = name_of(other), .payload = data.payload});
}

// ---- the table ----------------------------------------------------------------------------------

std::uint32_t Relay::find_channel(const RelayAllocate& request) const {
    const CouplingKey wanted = key_of(request);
    const auto found = std::lower_bound(
        state_.order.begin(), state_.order.end(), wanted, [&](std::uint16_t slot, const auto& key) {
            return key_of(state_.couplings[slot]) < key;
        });
    const bool is_found = found != state_.order.end() && key_of(state_.couplings[*found]) == wanted;
    return is_found ? channel_of(*found, request) : no_channel;
}

// Precondition: the coupling is not there yet, and there is room for it.
std::uint32_t Relay::open_channel(const RelayAllocate& request) {
    const auto [first, second] = std::minmax(request.device, request.peer);
    std::size_t slot = state_.couplings.size();
    if (state_.vacant.empty()) {
        state_.couplings.emplace_back();
    } else {
        slot = state_.vacant.back();
        state_.vacant.pop_back();
    }
    RelayCoupling& coupling = state_.couplings[slot];
    coupling.call = request.call;
    coupling.ends[0].device = first;
    coupling.ends[1].device = second;
    const auto place = std::lower_bound(state_.order.begin(),
                                        state_.order.end(),
                                        key_of(request),
                                        [&](std::uint16_t other, const CouplingKey& key) {
                                            return key_of(state_.couplings[other]) < key;
                                        });
    state_.order.insert(place, static_cast<std::uint16_t>(slot));
    return channel_of(slot, request);
}

std::size_t Relay::allocations_of(const DeviceId& device) const {
    const auto has_allocated = [&](const RelayCoupling& coupling) {
        return std::any_of(coupling.ends.begin(), coupling.ends.end(), [&](const RelayEnd& end) {
            return end.device == device && end.is_allocated();
        });
    };
    return static_cast<std::size_t>(
        std::count_if(state_.couplings.begin(), state_.couplings.end(), has_allocated));
}

RelayNonce Relay::nonce_for(const Address& source, std::int64_t period) const {
    std::vector<std::uint8_t> subject;
    subject.reserve(32);
    leaf::put(subject, Purpose::relay_nonce);
    leaf::put(subject, source);
    leaf::put(subject, period);
    return authenticate(state_.config.seed, subject);
}

std::uint16_t Relay::name_of(std::uint32_t channel) const {
    return static_cast<std::uint16_t>((channel + state_.first_name) % channel_count);
}

std::uint32_t Relay::channel_named(std::uint16_t name) const {
    if (name >= channel_count) return no_channel;
    return (name + channel_count - state_.first_name) % channel_count;
}

Address Relay::relayed_address(std::uint32_t channel) const {
    return {.ip = state_.config.address.ip,
            .port = static_cast<std::uint16_t>(first_port + name_of(channel))};
}

template <class M>
void Relay::send(const Address& destination, const M& message) {
    const std::size_t size = encode_message(message, outbox_.reserve(datagram_size_max));
    outbox_.send(state_.config.address, destination, size);
}

void Relay::remark(RemarkKind kind, const CallId& call, const DeviceId& device) {
    outbox_.tell(Remark{.kind = kind, .call = call, .device = device});
}

}  // namespace invitro::protocol
