#include "protocol/broker/session_table.hpp"

#include <algorithm>
#include <utility>

namespace invitro::protocol {

std::uint32_t SessionTable::find(CallId session) const {
    return index.find(index_hash(key, session),
                      [&](std::uint32_t position) { return records[position].session == session; });
}

std::uint32_t SessionTable::open(const SessionRecord& record) {
    const auto position = static_cast<std::uint32_t>(records.size());
    records.push_back(record);
    index.insert(index_hash(key, record.session), position);
    reschedule(position);
    return position;
}

void SessionTable::close(std::uint32_t position) {
    index.erase(index_hash(key, records[position].session), position);
    deadlines.remove(position);
    const auto last = static_cast<std::uint32_t>(records.size() - 1);
    if (position != last) {
        index.rename(index_hash(key, records[last].session), last, position);
        deadlines.rename(last, position);
        records[position] = std::move(records[last]);
    }
    records.pop_back();
}

void SessionTable::reschedule(std::uint32_t position) {
    const SessionRecord& record = records[position];
    Instant due = record.expires;
    for (const TransferRecord& transfer : record.transfer) {
        due = std::min(due, transfer.push.due);
        if (transfer.step == TransferStep::offered) due = std::min(due, transfer.offer_end());
    }
    deadlines.schedule(position, due);
}

bool refresh(SessionRecord& record, DeviceId device, DeviceId peer, Instant now) {
    if (!record.is_between(device, peer)) return false;
    record.expires = now + timing::session_record_life;
    return true;
}

bool take_transfer(SessionRecord& record,
                   const Transfer& message,
                   const ReturnPath& source,
                   Instant now) {
    if (!record.transfer.empty() && !record.transfer.front().is_decided()) return false;
    TransferRecord transfer;
    transfer.leg = message.leg;
    transfer.from = message.device;
    transfer.target = message.target;
    transfer.offered_at = now;
    transfer.peer_data = message.connection;
    transfer.from_path = source;
    transfer.push.start(now);
    record.transfer.assign(1, transfer);
    return true;
}

void end_transfer(TransferRecord& transfer, TransferStep step, Instant now) {
    const bool is_asked = transfer.step == TransferStep::offered;
    transfer.step = step;
    transfer.peer_data = {};
    transfer.target_data = {};
    transfer.push.stop();
    // Who has declined knows.
    if (is_asked && step != TransferStep::declined) transfer.push.start(now);
}

}  // namespace invitro::protocol
