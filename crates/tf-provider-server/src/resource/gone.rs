//! Carries the last state of an object that is gone from the read to the plan that follows it.
//!
//! The core drops such an object from the state before it plans, so the plan gets a new object. But
//! the core passes the private data of the read's response to that plan, and does not store it.
//!
//! A core of protocol 6.11 also passes the private data of that plan to the plan during the apply.
//! For that, the state is put in front of the private data of the new object, and the apply removes
//! it.

use prost::bytes::Bytes;

/// The prefix of a state. A resource's own private data never begins with it: in Message Pack the
/// first byte is a number, and nothing may follow a number.
const GONE: &[u8] = b"gone:";

/// Returns private data that carries the last known `state`.
pub(super) fn carry(state: &[u8]) -> Bytes {
    [GONE, state].concat().into()
}

/// Returns the state that private data carries, if any.
pub(super) fn carried(private: &[u8]) -> Option<&[u8]> {
    private.strip_prefix(GONE)
}

/// The prefix of a state that is followed by private data. Its first byte is a number, too.
const PACKED: &[u8] = b"gone+";

/// Returns the private data of a plan with the last known state in front of it.
pub(super) fn pack(state: &[u8], private: &[u8]) -> Bytes {
    let length = u64::try_from(state.len()).unwrap_or(u64::MAX);
    [PACKED, &length.to_be_bytes(), state, private]
        .concat()
        .into()
}

/// Splits private data into the last known state in front of it, if any, and the private data.
pub(in super::super) fn unpack(private: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let parts = || {
        let rest = private.strip_prefix(PACKED)?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        rest.split_at_checked(length)
    };
    match parts() {
        Some((state, private)) => (Some(state), private),
        None => (None, private),
    }
}
