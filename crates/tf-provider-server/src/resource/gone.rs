//! What the state had of an object that is gone, carried from the read to the plan that follows it.
//!
//! The core drops such an object from the state before it plans, so that a plan sees a new object
//! like any other. But it hands the private data which came with the "gone" to the plan of the same
//! object; nothing of that is stored.
//!
//! A core of protocol 6.11 also hands the private data of that plan to the one it makes while
//! applying. For it the state is packed before the private data of the new object, and taken off
//! again by the apply.

use prost::bytes::Bytes;

/// Before the state. No resource's own private data begins so: as Message Pack it is a number,
/// after which nothing may follow.
const GONE: &[u8] = b"gone:";

/// Private data that carries the last known `state`.
pub(super) fn carry(state: &[u8]) -> Bytes {
    [GONE, state].concat().into()
}

/// The state that private data carries, if it does.
pub(super) fn carried(private: &[u8]) -> Option<&[u8]> {
    private.strip_prefix(GONE)
}

/// Before packed data. As Message Pack it is a number too.
const PACKED: &[u8] = b"gone+";

/// Private data of a plan with the last known state before it.
pub(super) fn pack(state: &[u8], private: &[u8]) -> Bytes {
    let length = u64::try_from(state.len()).unwrap_or(u64::MAX);
    [PACKED, &length.to_be_bytes(), state, private]
        .concat()
        .into()
}

/// The last known state, if there is one before the private data, and the private data.
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
