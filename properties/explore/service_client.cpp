// What a device of an explored world, and the people who use it, make of what happens to it.
#include "properties/explore/service_world.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace invitro::properties::explore {
namespace {

using protocol::CallId;
using protocol::DeclineReason;
using protocol::DeclineScope;
using protocol::EndReason;
using protocol::SessionEnd;

class ClientTurn {
public:
    ClientTurn(const ServiceWorld& service,
               Node node,
               ClientMachine& machine,
               Instant now,
               Outcome& outcome)
        : service_(service),
          node_(node),
          row_(service.row_of(node)),
          machine_(machine),
          now_(now),
          outcome_(outcome) {}

    void handle(const protocol::Client::Input& input) {
        machine_.client.handle(now_, input);
        drain();
    }

    void take(const Input& input) {
        if (kind_of(input) == ContentKind::act) return perform(act_in(input));
        const Letter letter = letter_in(input);
        if (kind_of(input) == ContentKind::push) {
            return handle(protocol::ReceivedPush{.payload = letter.payload});
        }
        handle(protocol::ReceivedDatagram{.source = letter.source,
                                          .destination = letter.destination,
                                          .payload = letter.payload,
                                          .sender = letter.sender});
    }

    // Its program is killed and started again from what it has stored.
    void kill() {
        const protocol::StoredClient stored = machine_.client.stored();
        machine_.client = protocol::Client::restored(
            service_.client_config(row_, ++machine_.incarnation), now_, stored);
        forget_counted();
        drain();
        protocol::NetworkChanged network;
        network.addresses.push_back(service_.address_of(row_));
        handle(protocol::Command{network});
        handle(protocol::Command{protocol::WokeUp{}});
    }

private:
    // ---- people -------------------------------------------------------------------------------

    void perform(const Act& act) {
        switch (act.kind) {
            case ActKind::place_call:
                return place_call(act.row);
            case ActKind::answer:
                return answer(act);
            case ActKind::cancel:
                return cancel(act);
            case ActKind::choose:
                return command(protocol::ChooseCommand{.call = act.call, .device = act.device});
            case ActKind::hang_up:
                change(act.row, CallFact::hung_up);
                return command(protocol::HangUpCommand{.call = act.call});
            case ActKind::transfer:
                return transfer(act);
        }
    }

    void command(const protocol::Command& what) { handle(what); }

    void place_call(std::uint32_t row) {
        const scenarios::Call& call = service_.world.calls[row];
        placing_ = row;
        change(row, CallFact::placed);
        command(protocol::CallCommand{.callee = call.callee,
                                      .caller = own_identifier(),
                                      .policy = call.policy,
                                      .lifetime = call.lifetime,
                                      .admits_late_joiners = call.admits_late_joiners});
    }

    // Nobody answers what has stopped ringing.
    void answer(const Act& act) {
        if (!rings(act.call)) return;
        const model::ReactionKind kind = service_.world.devices[row_].reaction.kind;
        const bool accepts = kind == model::ReactionKind::accept;
        const KnownCall* known = find(act.call);
        const bool is_leg = known != nullptr && known->is_leg;
        if (!is_leg) change(act.row, row_, accepts ? DeviceFact::accepted : DeviceFact::declined);
        if (accepts) return command(protocol::AcceptCommand{.call = act.call});
        const bool is_for_all = kind == model::ReactionKind::decline_everywhere;
        const bool is_busy = kind == model::ReactionKind::busy;
        command(protocol::DeclineCommand{
            .call = act.call,
            .scope = is_for_all ? DeclineScope::everywhere : DeclineScope::here,
            .reason = is_busy ? DeclineReason::busy : DeclineReason::declined});
    }

    void cancel(const Act& act) {
        const KnownCall* known = find(act.call);
        if (known == nullptr || known->is_connected) return;
        change(act.row, CallFact::cancelled);
        command(protocol::CancelCommand{.call = act.call});
    }

    void transfer(const Act& act) {
        const std::uint32_t number = service_.world.calls[act.row].transfer_to;
        const auto target = service_.row_of_number(number);
        CHECK(target.has_value(), "a consistent world has every device that takes over");
        change(act.row, CallFact::transfer_asked);
        command(protocol::TransferCommand{
            .call = act.call, .peer = {}, .target = service_.identities.devices[*target].id});
    }

    [[nodiscard]] protocol::EndpointIdentifier own_identifier() const {
        const std::uint32_t profile = service_.world.devices[row_].profile;
        for (const scenarios::Profile& one : service_.world.profiles) {
            if (one.number == profile) return one.identifiers.front();
        }
        return {};
    }

    [[nodiscard]] bool rings(const CallId& call) const {
        for (const auto& activity : machine_.client.state().activity) {
            for (const auto& incoming : activity.incoming) {
                if (incoming.call != call) continue;
                return incoming.phase == protocol::IncomingPhase::ringing;
            }
            for (const auto& leg : activity.offered) {
                if (leg.leg == call) return leg.phase == protocol::OfferedPhase::ringing;
            }
        }
        return false;
    }

    // Will happen at some time in this instant.
    void intend(ActKind kind, const KnownCall& known, const protocol::DeviceId& device = {}) {
        outcome_.sent.push_back(
            act_of(node_, {.kind = kind, .row = known.row, .call = known.call, .device = device}));
    }

    // ---- what the client says -----------------------------------------------------------------

    void drain() {
        while (const auto output = machine_.client.poll_output()) {
            if (const auto* datagram = std::get_if<protocol::SendDatagram>(&*output)) {
                auto sent = sent_datagram(service_, node_, *datagram);
                if (sent) outcome_.sent.push_back(std::move(*sent));
            } else if (const auto* told = std::get_if<protocol::Notification>(&*output)) {
                std::visit([&](const auto& one) { hear(one); }, *told);
            }
        }
    }

    void hear(const protocol::CallStarted& started) {
        note("calls");
        machine_.calls.push_back({.call = started.call, .row = placing_});
        const bool may_cancel = service_.world.calls[placing_].cancel_after != Duration::max();
        if (may_cancel) intend(ActKind::cancel, machine_.calls.back());
    }

    void hear(const protocol::CallFailed& failed) {
        note("hears that its call has failed");
        if (const KnownCall* known = find(failed.call)) change(known->row, CallFact::failed);
    }

    void hear(const protocol::CallEnded& ended) {
        note(fmt::format("hears that its call is over: {}", to_string(ended.reason)));
        const KnownCall* known = find(ended.call);
        if (known == nullptr) return;
        change(known->row, CallFact::ended);
        const bool is_declined = ended.reason == EndReason::declined;
        if (is_declined) change(known->row, CallFact::ended_as_declined);
    }

    void hear(const protocol::Ringing& ringing) {
        note("rings");
        const auto row = service_.call_between(ringing.caller, ringing.callee);
        if (!row) return;
        const KnownCall& known = learn(ringing.call, *row, false);
        count(*row, row_, DeviceFact::rang);
        check_data(*row, row_, ringing.connection, service_.calls[*row].initiator);
        if (reacts()) intend(ActKind::answer, known);
    }

    void hear(const protocol::RingingStopped& stopped) {
        note(fmt::format("stops ringing: {}", to_string(stopped.reason)));
        const KnownCall* known = find(stopped.call);
        if (known == nullptr || known->is_leg) return;
        change(known->row, row_, DeviceFact::stopped_ringing);
        hear_reason(*known, stopped.reason);
    }

    void hear_reason(const KnownCall& known, EndReason reason) {
        if (reason == EndReason::answered) change(known.row, row_, DeviceFact::heard_answered);
        if (reason == EndReason::cancelled) change(known.row, row_, DeviceFact::heard_cancelled);
        if (reason == EndReason::declined) change(known.row, row_, DeviceFact::heard_declined);
    }

    void hear(const protocol::AcceptConfirmed& confirmed) {
        note("knows that the broker has its acceptance");
        const KnownCall* known = find(confirmed.call);
        if (known != nullptr) change(known->row, row_, DeviceFact::confirmed);
    }

    void hear(const protocol::AcceptRejected& rejected) {
        note(fmt::format("hears that its acceptance is too late: {}", to_string(rejected.reason)));
        const KnownCall* known = find(rejected.call);
        if (known == nullptr) return;
        change(known->row, row_, DeviceFact::refused);
        hear_reason(*known, rejected.reason);
    }

    void hear(const protocol::AcceptArrived& arrived) {
        KnownCall* known = find(arrived.call);
        const auto device = service_.row_of(arrived.device);
        if (known == nullptr || !device) return;
        note(fmt::format("has the acceptance of {}",
                         service_.name_of(service_.device_node(*device))));
        count(known->row, *device, DeviceFact::arrived);
        check_data(known->row, *device, arrived.connection, *device);
        const bool chooses =
            service_.world.calls[known->row].policy == protocol::AnswerPolicy::choose;
        if (!chooses || known->is_settled) return;
        known->is_settled = true;
        intend(ActKind::choose, *known, arrived.device);
    }

    void hear(const protocol::Connected& connected) {
        KnownCall* known = find(connected.call);
        const auto peer = service_.row_of(connected.peer);
        if (known == nullptr || !peer) return;
        note(fmt::format("is connected with {}", service_.name_of(service_.device_node(*peer))));
        known->is_connected = true;
        if (known->is_leg) return connected_leg(*known);
        const bool is_initiator = service_.calls[known->row].initiator == row_;
        change(known->row,
               is_initiator ? *peer : row_,
               is_initiator ? DeviceFact::peer_connected : DeviceFact::connected);
        if (!service_.calls[known->row].has_transfer) {
            if (is_initiator) intend(ActKind::hang_up, *known);
        } else if (gives_away(known->row) && !known->is_settled) {
            known->is_settled = true;
            intend(ActKind::transfer, *known);
        }
    }

    void connected_leg(const KnownCall& known) {
        const bool is_target = is_target_of(known.row);
        change(known.row, is_target ? CallFact::leg_at_target : CallFact::leg_at_peer);
        if (is_target) intend(ActKind::hang_up, known);
    }

    void hear(const protocol::Disconnected& gone) {
        const KnownCall* known = find(gone.call);
        note(fmt::format("is disconnected: {}", to_string(gone.reason)));
        if (known == nullptr || known->is_leg) return;
        const bool is_initiator = service_.calls[known->row].initiator == row_;
        const auto peer = service_.row_of(gone.peer);
        if (is_initiator && peer) change(known->row, *peer, DeviceFact::peer_disconnected);
        if (is_initiator) return;
        change(known->row, row_, DeviceFact::disconnected);
    }

    // Calling is consent.
    void hear(const protocol::CallsCrossed& crossed) {
        note("gives its own call up for the one that comes the other way");
        const KnownCall* own = find(crossed.given_up);
        if (own == nullptr) return;
        change(own->row, CallFact::crossed);
        const auto row = crossing_row(own->row);
        if (!row) return;
        learn(crossed.call, *row, false);
        change(*row, row_, DeviceFact::accepted);
    }

    void hear(const protocol::TransferOffered& offered) {
        note("is offered a session");
        for (std::uint32_t row = 0; row < service_.world.calls.size(); ++row) {
            if (!service_.calls[row].has_transfer || !is_target_of(row)) continue;
            const KnownCall& known = learn(offered.call, row, true);
            change(row, CallFact::leg_offered);
            if (reacts()) intend(ActKind::answer, known);
        }
    }

    void hear(const protocol::TransferFailed& failed) {
        note("keeps the session that it wanted to give away");
        const KnownCall* known = find(failed.call);
        if (known == nullptr) return;
        change(known->row, CallFact::transfer_failed);
        intend(ActKind::hang_up, *known);
    }

    void hear(const protocol::SessionMoved& moved) {
        note("goes on with another device");
        const KnownCall* known = find(moved.call);
        if (known != nullptr) learn(moved.leg, known->row, true);
    }

    template <class Other>
    void hear(const Other& /*nobody asks for it*/) {}

    // ---- facts --------------------------------------------------------------------------------

    void note(std::string what) {
        outcome_.notes.push_back(service_.name_of(node_) + " " + std::move(what));
    }

    void change(std::uint32_t call, CallFact fact) {
        outcome_.facts.push_back({.word = service_.facts.call_word(call),
                                  .operation = FactOperation::set,
                                  .bit = static_cast<std::uint8_t>(fact)});
    }

    void change(std::uint32_t call,
                std::uint32_t device,
                DeviceFact fact,
                FactOperation operation = FactOperation::set) {
        outcome_.facts.push_back({.word = service_.facts.device_word(call, device),
                                  .operation = operation,
                                  .bit = static_cast<std::uint8_t>(fact)});
    }

    void count(std::uint32_t call, std::uint32_t device, DeviceFact fact) {
        change(call, device, fact, FactOperation::count);
    }

    // What is counted is counted anew in each incarnation.
    void forget_counted() {
        for (std::uint32_t call = 0; call < service_.calls.size(); ++call) {
            for (const DeviceFact fact : {DeviceFact::rang, DeviceFact::rang_again}) {
                change(call, row_, fact, FactOperation::clear);
            }
            if (service_.calls[call].initiator != row_) continue;
            for (const std::uint32_t device : service_.calls[call].invited) {
                change(call, device, DeviceFact::arrived_again, FactOperation::clear);
                change(call, device, DeviceFact::arrived, FactOperation::clear);
            }
        }
    }

    // Connection data that is told to be of device `of` has that one's key and addresses.
    void check_data(std::uint32_t call,
                    std::uint32_t device,
                    const protocol::ConnectionData& data,
                    std::uint32_t of) {
        const auto is_own = [&](const protocol::Candidate& candidate) {
            return candidate.address.ip == service_.identities.devices[of].ip;
        };
        const auto candidates = data.candidates.view();
        const bool is_right = service_.identities.owner_of(data.key) == of &&
                              std::all_of(candidates.begin(), candidates.end(), is_own);
        if (!is_right) change(call, device, DeviceFact::data_mixed_up);
    }

    // ---- calls --------------------------------------------------------------------------------

    KnownCall* find(const CallId& call) {
        auto& calls = machine_.calls;
        const auto found = std::find_if(
            calls.begin(), calls.end(), [&](const KnownCall& one) { return one.call == call; });
        return found == calls.end() ? nullptr : &*found;
    }

    const KnownCall& learn(const CallId& call, std::uint32_t row, bool is_leg) {
        if (const KnownCall* known = find(call)) return *known;
        machine_.calls.push_back({.call = call, .row = row, .is_leg = is_leg});
        return machine_.calls.back();
    }

    [[nodiscard]] bool reacts() const {
        return service_.world.devices[row_].reaction.kind != model::ReactionKind::ignore;
    }

    [[nodiscard]] bool is_target_of(std::uint32_t call) const {
        return service_.world.calls[call].transfer_to == service_.world.devices[row_].number;
    }

    // The session is this end's to give to another device of its account.
    [[nodiscard]] bool gives_away(std::uint32_t call) const {
        const auto target = service_.row_of_number(service_.world.calls[call].transfer_to);
        return target && *target != row_ &&
               service_.world.devices[*target].profile == service_.world.devices[row_].profile;
    }

    // The call that goes the other way.
    [[nodiscard]] std::optional<std::uint32_t> crossing_row(std::uint32_t own) const {
        for (std::uint32_t row = 0; row < service_.calls.size(); ++row) {
            const auto& invited = service_.calls[row].invited;
            const bool is_invited =
                std::find(invited.begin(), invited.end(), row_) != invited.end();
            if (row != own && is_invited) return row;
        }
        return std::nullopt;
    }

    const ServiceWorld& service_;
    Node node_;
    std::uint32_t row_;
    ClientMachine& machine_;
    Instant now_;
    Outcome& outcome_;
    std::uint32_t placing_ = 0;  // the call that is being placed just now
};

}  // namespace

Outcome step_client(const ServiceWorld& service,
                    Node node,
                    const ClientMachine& before,
                    Instant now,
                    Happening happening,
                    const Input& input) {
    ClientMachine machine = before;
    Outcome outcome;
    ClientTurn turn(service, node, machine, now, outcome);
    const bool has_input =
        happening == Happening::input || happening == Happening::input_then_crash;
    if (has_input) turn.take(input);
    if (happening == Happening::deadline) turn.handle(protocol::DeadlineReached{});
    if (happening == Happening::input_then_crash) outcome.sent.clear();
    const bool is_killed =
        happening == Happening::crash || happening == Happening::input_then_crash;
    if (is_killed) turn.kill();
    machine.client.release_memory();
    outcome.after = std::make_shared<const ClientMachine>(std::move(machine));
    return outcome;
}

}  // namespace invitro::properties::explore
