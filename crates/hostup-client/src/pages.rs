//! Paginated lists: all pages, or an error. Half a list would say that the rest does not exist.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::Result;
use super::operation::Operation;
use super::request::Transport;

/// The largest page that the API allows.
const PER_PAGE: &str = "100";

/// More than any account has. It stops a list that never ends.
const MOST_PAGES: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    data: Vec<T>,
    has_more: Option<bool>,
    next_cursor: Option<String>,
}

/// An item of a list.
pub(super) trait Item: DeserializeOwned {
    /// Its id.
    fn id(&self) -> &str;
}

/// Returns every item of the list at `segments` that matches the filters. An item on two pages
/// counts once: the list may have changed between them.
pub(super) async fn pages<T: Item>(
    transport: &Transport,
    operation: &Operation,
    segments: &[&str],
    filters: &[(&str, Option<&str>)],
) -> Result<Vec<T>> {
    let mut items: Vec<T> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut cursors: HashSet<String> = HashSet::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut url = transport.url(segments)?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("limit", PER_PAGE);
            for (name, value) in filters {
                if let Some(value) = value {
                    query.append_pair(name, value);
                }
            }
            if let Some(cursor) = &cursor {
                query.append_pair("cursor", cursor);
            }
        }
        let response = transport.read(operation, url, &|| ()).await?;
        let page: Page<T> = transport.decode(&response)?;
        let new = page.data.into_iter();
        items.extend(new.filter(|item| seen.insert(item.id().to_owned())));
        match (page.has_more, page.next_cursor.filter(|it| !it.is_empty())) {
            (Some(false), _) | (None, None) => return Ok(items),
            (Some(true), None) => {
                return Err(transport
                    .undecodable(&response, "there is more of the list, but no cursor to it"));
            }
            (_, Some(next)) => {
                if !cursors.insert(next.clone()) {
                    return Err(
                        transport.undecodable(&response, "the list's cursors go round in a circle")
                    );
                }
                if cursors.len() >= MOST_PAGES {
                    return Err(transport.undecodable(&response, "the list does not end"));
                }
                cursor = Some(next);
            }
        }
    }
}
