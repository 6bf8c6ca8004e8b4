#include "protocol/broker/call_table.hpp"

#include "protocol/vocabulary/check.hpp"

#include <utility>

namespace invitro::protocol {

std::uint32_t CallTable::find(CallId call) const {
    return id_index.find(index_hash(key, call), [&](std::uint32_t position) {
        return calls[position].request.call == call;
    });
}

std::uint32_t CallTable::find_number(std::uint64_t number) const {
    return number_index.find(number_hash(number), [&](std::uint32_t position) {
        return calls[position].number == number;
    });
}

std::uint32_t CallTable::find_callee(const EndpointIdentifier& callee) const {
    return callee_index.find(callee_hash(callee), [&](std::uint32_t position) {
        return calls[position].request.callee == callee;
    });
}

std::uint32_t CallTable::open(Call call) {
    const auto position = static_cast<std::uint32_t>(calls.size());
    calls.push_back(std::move(call));
    id_index.insert(id_hash(calls[position]), position);
    number_index.insert(number_hash(calls[position].number), position);
    link_callee(position);
    reschedule(position);
    return position;
}

void CallTable::close(std::uint32_t position) {
    id_index.erase(id_hash(calls[position]), position);
    number_index.erase(number_hash(calls[position].number), position);
    unlink_callee(position);
    deadlines.remove(position);
    const auto last = static_cast<std::uint32_t>(calls.size() - 1);
    if (position != last) move(last, position);
    calls.pop_back();
}

std::uint64_t CallTable::id_hash(const Call& call) const {
    return index_hash(key, call.request.call);
}

std::uint64_t CallTable::number_hash(std::uint64_t number) const {
    return index_hash(key, 0, number);
}

std::uint64_t CallTable::callee_hash(const EndpointIdentifier& callee) const {
    return index_hash(key, bytes_of(callee.text()));
}

void CallTable::link_callee(std::uint32_t position) {
    Call& call = calls[position];
    const std::uint64_t hash = callee_hash(call.request.callee);
    const std::uint32_t first = find_callee(call.request.callee);
    call.next_of_callee = first;
    if (first == no_position) {
        callee_index.insert(hash, position);
    } else {
        calls[first].previous_of_callee = position;
        callee_index.rename(hash, first, position);
    }
}

void CallTable::unlink_callee(std::uint32_t position) {
    const Call& call = calls[position];
    const std::uint32_t previous = call.previous_of_callee;
    const std::uint32_t next = call.next_of_callee;
    if (next != no_position) calls[next].previous_of_callee = previous;
    if (previous != no_position) {
        calls[previous].next_of_callee = next;
    } else if (next != no_position) {
        callee_index.rename(callee_hash(call.request.callee), position, next);
    } else {
        callee_index.erase(callee_hash(call.request.callee), position);
    }
}

// Whatever names the call by its position learns the new one.
void CallTable::move(std::uint32_t from, std::uint32_t to) {
    const Call& call = calls[from];
    id_index.rename(id_hash(call), from, to);
    number_index.rename(number_hash(call.number), from, to);
    deadlines.rename(from, to);
    if (call.next_of_callee != no_position) calls[call.next_of_callee].previous_of_callee = to;
    if (call.previous_of_callee != no_position) {
        calls[call.previous_of_callee].next_of_callee = to;
    } else {
        callee_index.rename(callee_hash(call.request.callee), from, to);
    }
    calls[to] = std::move(calls[from]);
}

}  // namespace invitro::protocol
