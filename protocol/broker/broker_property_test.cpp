// What must hold for the broker whatever it is sent: random histories of four devices and their
// users, with duplicates, reordering, forgeries, late deadlines and gone tokens.
#include "protocol/broker/broker_observer_test.hpp"
#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/vocabulary/state.hpp"

#include <rapidcheck/gtest.h>

#include <optional>
#include <tuple>

namespace invitro::protocol::testing {
namespace {

enum class StepKind : std::uint8_t {
    enrol,
    invite,
    ring,
    accept,
    decline_here,
    decline_everywhere,
    cancel,
    choose,
    acknowledge_forward,
    acknowledge_end,
    keep_alive,
    replay,
    forge,
    lose_token,
    wait,
    overrun,
    unregister,
    validate,
};

constexpr int step_kind_count = 18;

struct Step {
    StepKind kind = StepKind::wait;
    std::uint32_t device = 1;  // 1 to 5
    std::uint32_t call = 1;    // 1 to 6
    std::uint32_t number = 0;  // whatever else is to be chosen

    friend std::ostream& operator<<(std::ostream& out, const Step& step) {
        return out << "{kind " << static_cast<int>(step.kind) << ", device " << step.device
                   << ", call " << step.call << ", number " << step.number << "}";
    }
};

rc::Gen<std::vector<Step>> arbitrary_history() {
    return rc::gen::container<std::vector<Step>>(
        rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, step_kind_count),
                                    rc::gen::inRange(1U, 6U),
                                    rc::gen::inRange(1U, 4U),
                                    rc::gen::inRange(0U, 1000U)),
                     [](const auto& numbers) {
                         const auto [kind, device, call, number] = numbers;
                         return Step{static_cast<StepKind>(kind), device, call, number};
                     }));
}

// Plays a history to a broker, to a twin from the start on, and to one that is made on the way from
// the first one's serialised state.
class RandomWorld {
public:
    void play(const std::vector<Step>& history) {
        for (std::uint32_t device = 2; device < 5; ++device) {
            enrol({.device = device, .number = 1});
        }
        for (std::size_t i = 0; i < history.size(); ++i) {
            if (i == history.size() / 2) copy_ = restored(broker_.state());
            take(history[i]);
        }
        pass(400s);
        RC_ASSERT(broker_.next_deadline() == never);
        RC_ASSERT(broker_.state().calls.calls.empty());
    }

private:
    // A broker made from another one's state by way of bytes.
    static Broker restored(const BrokerState& state) {
        std::vector<std::uint8_t> bytes;
        serialise(state, bytes);
        const auto read_back = deserialise<BrokerState>(bytes);
        RC_ASSERT(read_back.has_value());
        RC_ASSERT(*read_back == state);
        return Broker(*read_back);
    }

    void take(const Step& step) {
        const CallId call = call_id(step.call);
        const DeviceId device = device_id(step.device);
        const std::uint32_t caller = initiator_of(step.call);
        switch (step.kind) {
            case StepKind::enrol:
                return enrol(step);
            case StepKind::invite:
                return send(caller, request(step.call));
            case StepKind::ring:
                return send(step.device, InviteRinging{call, device, ticket(call, device)});
            case StepKind::accept:
                return send(
                    step.device,
                    InviteAccept{call, device, ticket(call, device), connection(step.number)});
            case StepKind::decline_here:
                return decline(step, DeclineScope::here);
            case StepKind::decline_everywhere:
                return decline(step, DeclineScope::everywhere);
            case StepKind::cancel:
                return send(caller, InviteCancel{call, device_id(caller)});
            case StepKind::choose:
                return send(caller,
                            InviteUpdate{call,
                                         device_id(caller),
                                         ++generation_,
                                         {device, device_id(step.number % 5 + 1)}});
            case StepKind::acknowledge_forward:
                return send(caller, ForwardAck{call, device});
            case StepKind::acknowledge_end:
                return send(step.device,
                            EndedAck{call, device, static_cast<EndReason>(step.number % 5)});
            case StepKind::keep_alive:
                return send(step.device + step.number % 2 * 10, CallKeepAlive{call, device});
            case StepKind::replay:
                return replay(step);
            case StepKind::forge:
                return forge(step);
            case StepKind::lose_token:
                return lose_token(step);
            case StepKind::wait:
                return pass(step.number * 20ms);
            case StepKind::overrun:
                now_ += step.number * 2ms;
                return;
            case StepKind::unregister:
                return send(step.device,
                            UnregisterDevice{.device = device,
                                             .profile = profile_of(phone(7)),
                                             .incarnation = ++incarnation_ - step.number % 3,
                                             .identifier = phone(7),
                                             .credential = {}});
            case StepKind::validate:
                return send(step.device,
                            ValidateEmail{device,
                                          profile_of(phone(7)),
                                          EndpointIdentifier::parse("ada@example.org").value(),
                                          {.high = 1, .low = step.number}});
        }
    }

    static std::uint32_t initiator_of(std::uint32_t call) { return 1 + call % 2; }

    static EndpointIdentifier callee_of(std::uint32_t call) { return phone(7 + call / 3); }

    static InviteRequest request(std::uint32_t number) {
        InviteRequest message;
        message.call = call_id(number);
        message.initiator = device_id(initiator_of(number));
        message.callee = callee_of(number);
        message.caller = phone(initiator_of(number));
        message.connection = connection(number);
        message.lifetime = number * 15s;
        return message;
    }

    void enrol(const Step& step) {
        RegisterDevice message = registration(step.device, phone(7));
        message.identifiers.push_back(phone(8));
        message.incarnation = ++incarnation_ - step.number % 3;
        message.token = token(step.device + 100 * (step.number % 2),
                              step.number % 5 == 0 ? PushProvider::fcm : PushProvider::apns);
        message.lease = step.number % 7 == 0 ? Duration{20s} : timing::lease_max;
        send(step.device, vouched(message));
    }

    void decline(const Step& step, DeclineScope scope) {
        const CallId call = call_id(step.call);
        const DeviceId device = device_id(step.device);
        send(step.device,
             InviteDecline{call, device, ticket(call, device), scope, DeclineReason::declined});
    }

    // A datagram from before arrives again, or late.
    void replay(const Step& step) {
        if (sent_.empty()) return;
        const auto [from, message] = sent_[step.number % sent_.size()];
        deliver(from, message);
    }

    // Somebody makes up a ticket, or uses that of another device.
    void forge(const Step& step) {
        const CallId call = call_id(step.call);
        const DeviceId device = device_id(step.device);
        const Ticket other = ticket(call, device_id(step.device % 5 + 1));
        serve_what_is_late();
        const std::size_t before = datagrams_;
        if (step.number % 2 == 0) {
            deliver(step.device, InviteAccept{call, device, other, connection(99)}, false);
        } else {
            deliver(step.device,
                    InviteDecline{
                        call, device, other, DeclineScope::everywhere, DeclineReason::declined},
                    false);
        }
        RC_ASSERT(datagrams_ == before);
    }

    void lose_token(const Step& step) {
        if (requests_.empty()) return;
        serve_what_is_late();
        handle(PushAnswered{.request = requests_[step.number % requests_.size()],
                            .outcome = PushOutcome::token_gone});
    }

    [[nodiscard]] Ticket ticket(CallId call, DeviceId device) const {
        const auto found = tickets_.find({call, device});
        return found == tickets_.end() ? Ticket{} : found->second;
    }

    void send(std::uint32_t from, const Message& message) {
        sent_.emplace_back(from, message);
        deliver(from, message);
    }

    void deliver(std::uint32_t from, const Message& message, bool is_genuine = true) {
        serve_what_is_late();
        if (begins_again(message)) return;
        observer_.hear(message, is_genuine && has_ticket(message));
        const auto bytes = encoded(message);
        handle(ReceivedDatagram{
            .source = address_of(from), .destination = broker_config().address, .payload = bytes});
    }

    // A call id is used for one call only. One that is forgotten would begin anew, with the old
    // tickets, and no observer could tell the two apart.
    [[nodiscard]] bool begins_again(const Message& message) const {
        const bool is_beginning = std::holds_alternative<InviteRequest>(message) ||
                                  std::holds_alternative<InviteCancel>(message);
        return is_beginning && forgotten_.contains(call_of(message));
    }

    // Late deadlines are served before the datagram, so that the observer learns of the end of a
    // call before it hears what follows.
    void serve_what_is_late() {
        if (broker_.next_deadline() <= now_) handle(DeadlineReached{});
    }

    static bool has_ticket(const Message& message) {
        return std::visit(Overloaded{
                              [](const InviteAccept& one) { return one.ticket != Ticket{}; },
                              [](const InviteDecline& one) { return one.ticket != Ticket{}; },
                              [](const auto&) { return true; },
                          },
                          message);
    }

    void pass(Duration duration) {
        const Instant end = now_ + duration;
        while (broker_.next_deadline() <= end) {
            now_ = std::max(now_, broker_.next_deadline());
            handle(DeadlineReached{});
        }
        now_ = std::max(now_, end);
    }

    void handle(const Broker::Input& input) {
        broker_.handle(now_, input);
        twin_.handle(now_, input);
        const Outputs outputs = drain(broker_);
        RC_ASSERT(drain(twin_) == outputs);
        RC_ASSERT(twin_.state() == broker_.state());
        if (copy_) {
            copy_->handle(now_, input);
            RC_ASSERT(drain(*copy_) == outputs);
            RC_ASSERT(copy_->state() == broker_.state());
        }
        if (std::holds_alternative<DeadlineReached>(input)) {
            RC_ASSERT(broker_.next_deadline() > now_);
        }
        keep(outputs);
        observer_.see(now_, outputs);
    }

    void keep(const Outputs& outputs) {
        datagrams_ += outputs.sent.size();
        for (const PushedMessage& one : outputs.pushed) {
            requests_.push_back(one.request);
            if (const auto* push = std::get_if<InvitePush>(&one.message)) {
                tickets_[{push->call, push->device}] = push->ticket;
            }
        }
        for (const Remark& one : outputs.remarks) {
            if (one.kind == RemarkKind::invitation_purged) forgotten_.insert(one.call);
        }
    }

    Instant now_ = instant_at(1'000'000'000);
    Broker broker_{broker_config()};
    Broker twin_{broker_config()};
    std::optional<Broker> copy_;
    BrokerObserver observer_;
    std::uint32_t incarnation_ = 10;
    std::uint32_t generation_ = 0;
    std::size_t datagrams_ = 0;
    std::vector<std::pair<std::uint32_t, Message>> sent_;
    std::set<CallId> forgotten_;
    std::map<std::pair<CallId, DeviceId>, Ticket> tickets_;
    std::vector<std::uint64_t> requests_;
};

RC_GTEST_PROP(BrokerProperty, KeepsItsPromisesWhateverItIsSent, ()) {
    const auto history = *arbitrary_history();
    RandomWorld().play(history);
}

// Long histories find what short ones miss, and every broker forgets all of its calls in the end.
RC_GTEST_PROP(BrokerProperty, KeepsItsPromisesInLongHistories, ()) {
    const auto history = *rc::gen::resize(400, arbitrary_history());
    RandomWorld().play(history);
}

}  // namespace
}  // namespace invitro::protocol::testing
