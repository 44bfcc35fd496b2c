//! The data source `hostup_routed_ipv6_destination`: a server as a destination of routes, by id or
//! name.
//!
//! Names are not unique at HostUp, and its own filter ignores case. Here an exact match takes
//! precedence. Without one, case is ignored. Several matches are an error.

use async_trait::async_trait;
use hostup_client::Destination;
use tf_provider::value::Value;

use crate::framework::data_source::{DataSource, exactly_one_of};
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets_of_some};
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::model::DestinationView;

/// The data source `hostup_routed_ipv6_destination`.
#[derive(Debug)]
pub struct DestinationDataSource;

#[async_trait]
impl DataSource for DestinationDataSource {
    const TYPE: &'static str = "hostup_routed_ipv6_destination";
    type Model = DestinationView;

    fn validate(config: &DestinationView, diagnostics: &mut Diagnostics) {
        exactly_one_of(
            [("vps_id", &config.vps_id), ("name", &config.name)],
            diagnostics,
        );
    }

    async fn look_up(
        &self,
        context: &Context,
        config: DestinationView,
    ) -> Result<DestinationView, Diagnostic> {
        let account = context
            .client
            .routed_ipv6()
            .state(&context.operation)
            .await?;
        let all = &account.state().destinations;
        if let Value::Value(name) = &config.name {
            let mut found = DestinationView::from(by_name(all, name)?);
            // A configured value comes back as it was written.
            found.name = config.name;
            return Ok(found);
        }
        let id = config.vps_id.as_deref_option().unwrap_or_default();
        account
            .destination(id)
            .map(DestinationView::from)
            .ok_or_else(|| {
                unknown(&format!("no server of the account has the id `{id}`"), all)
                    .at_attribute("vps_id")
            })
    }
}

fn by_name<'a>(all: &'a [Destination], name: &str) -> Result<&'a Destination, Diagnostic> {
    let exact: Vec<_> = all.iter().filter(|it| it.name == name).collect();
    let named = if exact.is_empty() {
        let folded = name.to_lowercase();
        all.iter()
            .filter(|it| it.name.to_lowercase() == folded)
            .collect()
    } else {
        exact
    };
    match named[..] {
        [only] => Ok(only),
        [] => Err(
            unknown(&format!("no server of the account is named `{name}`"), all)
                .at_attribute("name"),
        ),
        [..] => Err(Diagnostic::without_summary(format!(
            "{} servers of the account are named `{name}`",
            named.len()
        ))
        .at_attribute("name")
        .hint(
            Section::Lookups,
            format!(
                "set `vps_id` to the id of one of them:{}",
                server_lines(named.iter().copied())
            ),
        )),
    }
}

fn unknown(what: &str, all: &[Destination]) -> Diagnostic {
    let diagnostic = Diagnostic::without_summary(what.to_owned());
    if all.is_empty() {
        return diagnostic.hint(Section::Lookups, "the account has no virtual server yet");
    }
    diagnostic.hint(
        Section::Lookups,
        format!("these are the account's servers:{}", server_lines(all)),
    )
}

/// Returns the servers as a list, to follow a colon.
pub fn server_lines<'a>(servers: impl IntoIterator<Item = &'a Destination>) -> String {
    let servers = servers.into_iter();
    bullets_of_some(servers.map(|server| format!("`{}` (`{}`)", server.name, server.vps_id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(id: &str, name: &str) -> Destination {
        serde_json::from_value(serde_json::json!({
            "vpsId": id, "name": name, "serviceStatus": "active",
            "actions": {"canReceiveRoute": {"allowed": true}},
        }))
        .expect("a destination")
    }

    #[track_caller]
    fn check(names: &[&str], wanted: &str, expected: Result<&str, &str>) {
        let all: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(index, name)| server(&format!("vps_{index}"), name))
            .collect();
        let found = by_name(&all, wanted);
        let found = found.as_ref().map(|server| server.vps_id.as_str());
        assert_eq!(found.map_err(Diagnostic::detail), expected);
    }

    #[test]
    fn an_exact_match_takes_precedence() {
        check(&["web", "Web", "db"], "web", Ok("vps_0"));
        check(&["web", "Web", "db"], "Web", Ok("vps_1"));
        check(&["web", "db"], "DB", Ok("vps_1"));
        check(&["Åsa"], "åsa", Ok("vps_0"));
    }

    #[test]
    fn several_matches_and_no_match_are_errors() {
        let two = Err("2 servers of the account are named `web`");
        check(&["web", "web"], "web", two);
        check(
            &["web", "Web"],
            "WEB",
            Err("2 servers of the account are named `WEB`"),
        );
        check(
            &["db"],
            "web",
            Err("no server of the account is named `web`"),
        );
    }
}
