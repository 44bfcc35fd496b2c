//! Decodes a state document in which some objects are malformed.
//!
//! The document describes the whole account. A malformed object must not stop work on the others,
//! so each object is decoded by itself. The malformed ones are remembered: an object that is not
//! shown may be one of them.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::wire::{Pool, Route, State};

/// An object of the document that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Its place, such as `pools[0].routes[3]`.
    pub(super) place: String,
    /// Its prefix, if that can be decoded.
    pub(super) prefix: Option<String>,
    /// What is wrong with it.
    pub(super) why: String,
}

/// Decodes the well-formed objects, and lists the others.
///
/// # Errors
///
/// When there is no list of pools: such a document proves nothing.
pub(super) fn decode(document: Value) -> Result<(State, Vec<Malformed>), String> {
    let Value::Object(mut document) = document else {
        return Err("it is not an object".to_owned());
    };
    let Some(pools) = document.remove("pools") else {
        return Err("the document has no `pools`, so nothing may be concluded from it".to_owned());
    };
    let Value::Array(pools) = pools else {
        return Err("`pools` is not a list, so nothing may be concluded from it".to_owned());
    };
    let mut malformed = Vec::new();
    let pools = pools
        .into_iter()
        .enumerate()
        .filter_map(|(nth, pool)| decode_pool(&format!("pools[{nth}]"), pool, &mut malformed))
        .collect();
    let state = State {
        available: field(&document, "available"),
        reason: field(&document, "reason"),
        allowed_prefix_lengths: items(&document, "allowedPrefixLengths"),
        pools,
        destinations: items(&document, "destinations"),
        actions: field(&document, "actions"),
    };
    Ok((state, malformed))
}

/// Decodes a pool with its well-formed routes.
fn decode_pool(place: &str, mut pool: Value, malformed: &mut Vec<Malformed>) -> Option<Pool> {
    if let Some(routes) = pool.get_mut("routes").and_then(Value::as_array_mut) {
        let all = std::mem::take(routes);
        for (nth, route) in all.into_iter().enumerate() {
            match error::<Route>(&route) {
                None => routes.push(route),
                Some(why) => malformed.push(Malformed {
                    place: format!("{place}.routes[{nth}]"),
                    prefix: text(&route, "prefix"),
                    why,
                }),
            }
        }
    }
    if let Some(why) = error::<Pool>(&pool) {
        malformed.push(Malformed {
            place: place.to_owned(),
            prefix: text(&pool, "parentCidr"),
            why,
        });
        return None;
    }
    serde_json::from_value(pool).ok()
}

/// Returns why a value is not of this type.
fn error<T: DeserializeOwned>(value: &Value) -> Option<String> {
    match serde_path_to_error::deserialize::<_, T>(value) {
        Ok(_) => None,
        Err(error) if error.path().to_string() == "." => Some(error.into_inner().to_string()),
        Err(error) => Some(error.to_string()),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    Some(value.get(key)?.as_str()?.to_owned())
}

/// Decodes an optional field. A malformed one counts as missing.
fn field<T: DeserializeOwned>(document: &Map<String, Value>, key: &str) -> Option<T> {
    T::deserialize(document.get(key)?).ok()
}

/// Decodes the well-formed items of a list.
fn items<T: DeserializeOwned>(document: &Map<String, Value>, key: &str) -> Vec<T> {
    let list = document.get(key).and_then(Value::as_array);
    let items = list.into_iter().flatten();
    items.filter_map(|item| T::deserialize(item).ok()).collect()
}
