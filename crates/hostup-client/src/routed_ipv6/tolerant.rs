//! Reads a state document of which a part is not as it should be.
//!
//! The document describes the whole account. What is odd about one object must not stop work on the
//! others, so each object is read by itself. What cannot be read is remembered: an object that is
//! not shown may be one of those.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::wire::{Pool, State};

/// An object of the document that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Odd {
    /// Where it stands, such as `pools[0].routes[3]`.
    pub(super) place: String,
    /// Its prefix, if that can be read.
    pub(super) prefix: Option<String>,
    /// What is wrong with it.
    pub(super) why: String,
}

/// Reads what can be read.
///
/// # Errors
///
/// When there is no list of pools: nothing may be concluded from such a document.
pub(super) fn read(document: Value) -> Result<(State, Vec<Odd>), String> {
    let Value::Object(mut document) = document else {
        return Err("it is not an object".to_owned());
    };
    let Some(pools) = document.remove("pools") else {
        return Err("the document has no `pools`, so nothing may be concluded from it".to_owned());
    };
    let Value::Array(pools) = pools else {
        return Err("`pools` is not a list, so nothing may be concluded from it".to_owned());
    };
    let mut odd = Vec::new();
    let pools = pools
        .into_iter()
        .enumerate()
        .filter_map(|(nth, pool)| read_pool(&format!("pools[{nth}]"), pool, &mut odd))
        .collect();
    let state = State {
        available: field(&document, "available"),
        reason: field(&document, "reason"),
        allowed_prefix_lengths: items(&document, "allowedPrefixLengths"),
        pools,
        destinations: items(&document, "destinations"),
        actions: field(&document, "actions"),
    };
    Ok((state, odd))
}

/// A pool with those of its routes that can be read.
fn read_pool(place: &str, mut pool: Value, odd: &mut Vec<Odd>) -> Option<Pool> {
    if let Some(routes) = pool.get_mut("routes").and_then(Value::as_array_mut) {
        let all = std::mem::take(routes);
        for (nth, route) in all.into_iter().enumerate() {
            match explain::<super::Route>(&route) {
                None => routes.push(route),
                Some(why) => odd.push(Odd {
                    place: format!("{place}.routes[{nth}]"),
                    prefix: text(&route, "prefix"),
                    why,
                }),
            }
        }
    }
    if let Some(why) = explain::<Pool>(&pool) {
        odd.push(Odd {
            place: place.to_owned(),
            prefix: text(&pool, "parentCidr"),
            why,
        });
        return None;
    }
    serde_json::from_value(pool).ok()
}

/// Why a value is not one of this type.
fn explain<T: DeserializeOwned>(value: &Value) -> Option<String> {
    match serde_path_to_error::deserialize::<_, T>(value) {
        Ok(_) => None,
        Err(error) if error.path().to_string() == "." => Some(error.into_inner().to_string()),
        Err(error) => Some(error.to_string()),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    Some(value.get(key)?.as_str()?.to_owned())
}

/// A value that may be missing; one that cannot be read counts as missing.
fn field<T: DeserializeOwned>(document: &Map<String, Value>, key: &str) -> Option<T> {
    T::deserialize(document.get(key)?).ok()
}

/// Those items of a list that can be read.
fn items<T: DeserializeOwned>(document: &Map<String, Value>, key: &str) -> Vec<T> {
    let list = document.get(key).and_then(Value::as_array);
    let items = list.into_iter().flatten();
    items.filter_map(|item| T::deserialize(item).ok()).collect()
}
