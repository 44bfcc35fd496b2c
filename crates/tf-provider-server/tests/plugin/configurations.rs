//! Faults in a configuration: reported once, and in words a user can act on.

use crate::protocol::tfplugin6::{
    Diagnostic, plan_resource_change as plan, validate_resource_config as validate,
};
use serde_json::{Value as Json, json};

use crate::client::values::{REFINED, UNKNOWN, item, value};
use crate::client::{Provider, assert_no_diagnostics, find_diagnostic, place, served};

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
async fn a_fault_in_a_configuration_is_reported_once_in_a_plan() {
    let (_server, mut provider) = served().await;
    let config = item(json!({"size": 64.5}));
    let existing = item(json!({"id": "item-1", "size": 1}));
    for prior in [Json::Null, existing] {
        let found = planned(&mut provider, prior, &config).await;
        find_diagnostic(&found, "`size`: 64.5 is not a whole number");
        assert_eq!(found.len(), 1, "{found:#?}");
    }
    // Two faults are two.
    let config = item(json!({"size": "many", "parts": [{"kind": "k", "weight": "many"}]}));
    let found = planned(&mut provider, Json::Null, &config).await;
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[tokio::test]
async fn blocks_whose_number_is_not_known_get_a_sentence_in_the_plan() {
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
        assert_eq!(place(found), "parts");
        assert!(found.detail.contains("`for_each`"), "{found:?}");
        for words in ["does not fit", "invalid type", "sequence"] {
            assert!(!found.detail.contains(words), "{found:?}");
        }
    }
}

/// In the validation every variable is unknown; the core validates again when it has the values.
#[tokio::test]
async fn blocks_whose_number_is_not_known_are_no_fault_in_the_validation() {
    let (_server, mut provider) = served().await;
    for unknown in [UNKNOWN, REFINED] {
        let config = item(json!({"parts": unknown, "mode": "validate:error"}));
        assert_no_diagnostics(&validated(&mut provider, &config).await);
        // Other faults are told nevertheless.
        let config = item(json!({"parts": unknown, "size": "many"}));
        let found = validated(&mut provider, &config).await;
        find_diagnostic(&found, "`size`: the text \"many\" is not a number");
    }
}
