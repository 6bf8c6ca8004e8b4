// Tiny protocols for tests of the explorer: machines of a few numbers, one byte in a message.
#pragma once

#include "properties/explore/subject.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace invitro::properties::explore {

struct Toy {
    std::vector<int> values;
    Instant deadline = protocol::never;
};

// What a machine does; it may change itself, send and set facts.
class ToyTurn {
public:
    ToyTurn(Toy& self, Instant now, Outcome& outcome) : self_(self), now_(now), outcome_(outcome) {}

    [[nodiscard]] int& value(std::size_t at) { return self_.values.at(at); }

    void send(Node to, std::uint8_t what, bool is_urgent = false) {
        outcome_.sent.push_back(
            {.to = to, .kind = InputKind::message, .is_urgent = is_urgent, .content = {what}});
    }

    void set(std::uint16_t word, std::uint8_t bit) {
        outcome_.facts.push_back({.word = word, .operation = FactOperation::set, .bit = bit});
    }

    void count(std::uint16_t word, std::uint8_t bit) {
        outcome_.facts.push_back({.word = word, .operation = FactOperation::count, .bit = bit});
    }

    void wake_after(Duration wait) { self_.deadline = now_ + wait; }

    void sleep() { self_.deadline = protocol::never; }

private:
    Toy& self_;
    Instant now_;
    Outcome& outcome_;
};

// `what` is the input's byte; 0 where there is none.
using ToyStep =
    std::function<void(Node node, ToyTurn& turn, Happening happening, std::uint8_t what)>;

inline std::shared_ptr<const Toy> toy_of(const Machine& machine) {
    return std::static_pointer_cast<const Toy>(machine);
}

// A message to machine 0 is the number of who sent it. If machine 0 has as many values as there are
// machines, each concerns one of them; word i of the facts concerns machine i.
inline Subject toy_subject(const std::vector<Toy>& toys, const ToyStep& step) {
    Subject subject;
    Symmetry identity;
    for (const Toy& toy : toys) {
        identity.node.push_back(static_cast<Node>(subject.machines.size()));
        subject.machines.push_back(std::make_shared<const Toy>(toy));
        subject.crash_kinds.push_back(CrashKind::never);
    }
    subject.fact_words = toys.size();
    for (std::size_t word = 0; word < subject.fact_words; ++word) {
        identity.word.push_back(static_cast<std::uint16_t>(word));
    }
    subject.symmetries.push_back(identity);
    subject.step = [step](Node node,
                          const Machine& machine,
                          Instant now,
                          Happening happening,
                          const Input& input) {
        Toy toy = *toy_of(machine);
        Outcome outcome;
        ToyTurn turn(toy, now, outcome);
        step(node, turn, happening, input.content.empty() ? std::uint8_t{0} : input.content[0]);
        outcome.after = std::make_shared<const Toy>(std::move(toy));
        return outcome;
    };
    subject.deadline = [](Node, const Machine& machine) { return toy_of(machine)->deadline; };
    subject.write_state = [](Node, const Machine& machine, Instant now, Bytes& out) {
        const auto toy = toy_of(machine);
        for (const int value : toy->values) {
            out.push_back(static_cast<std::uint8_t>(value));
        }
        const bool is_asleep = toy->deadline == protocol::never;
        const auto wait = is_asleep ? std::int64_t{-1} : (toy->deadline - now).count();
        for (unsigned shift = 0; shift < 64; shift += 8) {
            out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(wait) >> shift));
        }
    };
    subject.name_state = [write = subject.write_state](
                             Node node, const Machine& machine, Instant now, const Symmetry& by) {
        Toy renamed = *toy_of(machine);
        const Toy before = renamed;
        const bool is_shared = node == 0 && before.values.size() == by.node.size();
        for (std::size_t i = 0; is_shared && i < before.values.size(); ++i) {
            renamed.values[by.node[i]] = before.values[i];
        }
        Name name;
        write(node, std::make_shared<const Toy>(std::move(renamed)), now, name.bytes);
        return name;
    };
    subject.name_input = [](const Input& input, const Symmetry& by) {
        Bytes bytes = input.content;
        if (input.to == 0) bytes[0] = static_cast<std::uint8_t>(by.node.at(bytes[0]));
        return Name{.bytes = bytes, .references = {}};
    };
    subject.describe = [](const Input& input) {
        return std::to_string(input.content[0]) + " to " + std::to_string(input.to);
    };
    subject.describe_node = [](Node node) { return "machine " + std::to_string(node); };
    return subject;
}

// All orders of machines 1 and up, each with its word of facts.
inline void add_symmetries(Subject& subject) {
    Symmetry next = subject.symmetries.front();
    while (std::next_permutation(next.node.begin() + 1, next.node.end())) {
        std::copy(next.node.begin(), next.node.end(), next.word.begin());
        subject.symmetries.push_back(next);
    }
}

}  // namespace invitro::properties::explore
