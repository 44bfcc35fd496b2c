//! Invalid configurations are reported once, with a message that says what to do.

use serde_json::{Value as Json, json};

use crate::client::values::{REFINED, UNKNOWN, item, value};
use crate::client::{Provider, assert_no_diagnostics, attribute_path, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    Diagnostic, plan_resource_change as plan, validate_resource_config as validate,
};

async fn planned(provider: &mut Provider, prior: Json, config: &Json) -> Vec<Diagnostic> {
    let request = plan::Request {
        type_name: "test_item".to_owned(),
        prior_state: value(&prior),
        proposed_new_state: value(config),
        config: value(config),
        ..Default::default()
    };
    let response = provider.plan_resource_change(request).await;
    response.unwrap().into_inner().diagnostics
}

async fn validated(provider: &mut Provider, config: &Json) -> Vec<Diagnostic> {
    let request = validate::Request {
        type_name: "test_item".to_owned(),
        config: value(config),
        ..Default::default()
    };
    let response = provider.validate_resource_config(request).await;
    response.unwrap().into_inner().diagnostics
}

#[tokio::test]
async fn an_invalid_value_is_reported_once_in_a_plan() {
    let (_server, mut provider) = served().await;
    let config = item(json!({"size": 64.5}));
    let existing = item(json!({"id": "item-1", "size": 1}));
    for prior in [Json::Null, existing] {
        let found = planned(&mut provider, prior, &config).await;
        find_diagnostic(&found, "`size`: 64.5 is not a whole number");
        assert_eq!(found.len(), 1, "{found:#?}");
    }
    // Two invalid values give two errors.
    let config = item(json!({"size": "many", "parts": [{"kind": "k", "weight": "many"}]}));
    let found = planned(&mut provider, Json::Null, &config).await;
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[tokio::test]
async fn an_unknown_number_of_blocks_is_explained_in_the_plan() {
    let (_server, mut provider) = served().await;
    for unknown in [UNKNOWN, REFINED] {
        let config = item(json!({"parts": unknown}));
        let found = planned(&mut provider, Json::Null, &config).await;
        assert_eq!(found.len(), 1, "{found:#?}");
        let found = &found[0];
        assert_eq!(
            found.summary,
            "The number of `parts` blocks is not known yet"
        );
        assert_eq!(attribute_path(found), "parts");
        assert!(found.detail.contains("`for_each`"), "{found:?}");
        for words in ["does not fit", "invalid type", "sequence"] {
            assert!(!found.detail.contains(words), "{found:?}");
        }
    }
}

/// Every variable is unknown when the core validates. It validates again when it has the values.
#[tokio::test]
async fn an_unknown_number_of_blocks_is_valid() {
    let (_server, mut provider) = served().await;
    for unknown in [UNKNOWN, REFINED] {
        let config = item(json!({"parts": unknown, "mode": "validate:error"}));
        assert_no_diagnostics(&validated(&mut provider, &config).await);
        // Other invalid values are still reported.
        let config = item(json!({"parts": unknown, "size": "many"}));
        let found = validated(&mut provider, &config).await;
        find_diagnostic(&found, "`size`: the text \"many\" is not a number");
    }
}
