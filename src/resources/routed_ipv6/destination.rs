//! The data source `hostup_routed_ipv6_destination`: a server as a target of routes, by id or by
//! name.
//!
//! HostUp's names are not unique and its own filter ignores case. Here a name that is met exactly
//! wins; only when none is, case is ignored; and one that several servers have names none of them.

use async_trait::async_trait;
use hostup_client::Destination;
use tf_provider::value::Value;

use crate::framework::data_source::{DataSource, exactly_one_of};
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets};
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::model::DestinationView;

/// More names than this in a message help nobody.
const MOST_NAMED: usize = 10;

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
                "give the `vps_id` of one of them:{}",
                lines(named.iter().copied())
            ),
        )),
    }
}

fn unknown(what: &str, all: &[Destination]) -> Diagnostic {
    let diagnostic =
        Diagnostic::without_summary(format!("{what}, of {} that HostUp lists", all.len()));
    if all.is_empty() {
        return diagnostic.hint(Section::Lookups, "the account has no virtual server yet");
    }
    diagnostic.hint(
        Section::Lookups,
        format!("these are the account's servers:{}", lines(all)),
    )
}

fn lines<'a>(servers: impl IntoIterator<Item = &'a Destination>) -> String {
    let mut servers = servers.into_iter();
    let mut lines: Vec<_> = servers
        .by_ref()
        .take(MOST_NAMED)
        .map(|server| format!("`{}` (`{}`)", server.name, server.vps_id))
        .collect();
    let more = servers.count();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    bullets(lines)
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
    fn a_name_is_met_exactly_before_case_is_ignored() {
        check(&["web", "Web", "db"], "web", Ok("vps_0"));
        check(&["web", "Web", "db"], "Web", Ok("vps_1"));
        check(&["web", "db"], "DB", Ok("vps_1"));
        check(&["Åsa"], "åsa", Ok("vps_0"));
    }

    #[test]
    fn a_name_of_several_or_of_none_finds_nothing() {
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
            Err("no server of the account is named `web`, of 1 that HostUp lists"),
        );
    }

    #[test]
    fn a_long_account_is_not_listed_to_its_end() {
        let all: Vec<_> = (0..25).map(|it| server("vps", &it.to_string())).collect();
        assert!(lines(&all).ends_with("\n  - `9` (`vps`)\n  - and 15 more"));
    }
}
