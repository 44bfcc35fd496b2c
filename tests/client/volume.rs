//! How well the time is used, and how often two processes take each other's routes. What is measured is printed:
//! run with `--nocapture` to see it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hostup_mock_api::{MockApi, Request};
use terraform_provider_hostup::client::{Client, NewRoute};

use crate::{any_route, client_of, config, operation};

/// 300 creates, ten at a time, each of which takes the API 50 ms.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_creates_keep_ten_slots_busy() {
    const AT_A_TIME: usize = 10;
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|switches| switches.latency = Duration::from_millis(50));
    let mut config = config(mock.endpoint(), mock.api_key());
    config.max_concurrent_requests = AT_A_TIME.try_into().expect("not zero");
    let client = Client::new(config).expect("a client");
    let slots = Arc::new(tokio::sync::Semaphore::new(AT_A_TIME));
    let creates: Vec<_> = (0..300)
        .map(|_| {
            let (client, slots, new) = (client.clone(), Arc::clone(&slots), any_route(&pool, &vps));
            tokio::spawn(async move {
                let _slot = slots.acquire().await.expect("open");
                client.routed_ipv6().create_route(&operation(), &new).await
            })
        })
        .collect();
    for create in creates {
        create.await.expect("no panic").expect("made");
    }
    let mut posts = mock.requests();
    posts.retain(|request| request.method == "POST");
    assert_eq!((posts.len(), mock.routes().len()), (300, 300));
    let answered = |it: &Request| it.answered.expect("an answer");
    let first = posts.iter().map(|it| it.at).min().expect("a POST");
    let last = posts.iter().map(answered).max().expect("an answer");
    let whole = last.duration_since(first).as_secs_f64();
    let served: f64 = posts
        .iter()
        .map(|it| answered(it).duration_since(it.at).as_secs_f64())
        .sum();
    let used = served / (10.0 * whole);
    println!(
        "300 creates, 50 ms, ten at a time: {whole:.2} s, {:.0} a second; {:.0} % of the slots in use, {:.0} % of \
         what the latency alone allows",
        300.0 / whole,
        used * 100.0,
        1.5 / whole * 100.0
    );
    let in_flight = |at: Instant| {
        let under_way = |it: &&Request| it.at <= at && at < answered(it);
        posts.iter().filter(under_way).count()
    };
    let most = posts.iter().map(|it| in_flight(it.at)).max();
    assert_eq!(most, Some(AT_A_TIME), "in flight at a time");
    // Each answer is the whole account; reading it without optimisation takes longer than the latency leaves. The
    // mock's own work counts as the API's.
    if !cfg!(debug_assertions) {
        assert!(used >= 0.85, "{:.0} % of the slots' time", used * 100.0);
    }
}

/// Lets two processes create one route each at the same time, so often; gives how often both took the same.
async fn collisions(late: Duration, rounds: usize, one: NewRoute, other: NewRoute) -> usize {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|switches| {
        switches.latency_jitter = Duration::from_millis(10);
        switches.late_201_state = late;
    });
    let on = |new: NewRoute| NewRoute {
        pool_id: pool.clone(),
        vps_id: vps.clone(),
        ..new
    };
    let (one, other) = (on(one), on(other));
    let mut collided = 0;
    for _ in 0..rounds {
        let (a, b) = (client_of(&mock), client_of(&mock));
        let operation = operation();
        let (a, b) = (a.routed_ipv6(), b.routed_ipv6());
        let (mine, theirs) = tokio::join!(
            a.create_route(&operation, &one),
            b.create_route(&operation, &other)
        );
        collided += usize::from(mine.expect("made").id == theirs.expect("made").id);
        assert_eq!(mock.routes().len(), 2);
        for route in mock.routes() {
            mock.remove_route(route["id"].as_str().expect("an id"));
        }
    }
    collided
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_creates_of_two_processes_collide_only_when_answers_show_later_changes() {
    const ROUNDS: usize = 200;
    let equal = || any_route("", "");
    let at_once = collisions(Duration::ZERO, ROUNDS, equal(), equal()).await;
    let late = collisions(Duration::from_millis(10), ROUNDS, equal(), equal()).await;
    println!(
        "equal creates of two processes, {ROUNDS} rounds: {at_once} collided; with late answers {late}"
    );
    // An answer that shows the account at the moment of its own change names the object: it is the newest.
    assert_eq!(at_once, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_or_a_prefix_keeps_two_processes_apart_even_when_answers_are_late() {
    const ROUNDS: usize = 100;
    let late = Duration::from_millis(10);
    let labelled = NewRoute {
        label: Some("ours".to_owned()),
        ..any_route("", "")
    };
    assert_eq!(
        collisions(late, ROUNDS, any_route("", ""), labelled).await,
        0
    );
    // The mock's first pool. Far from the first free one, which is what the other gets.
    let chosen = NewRoute {
        prefix: Some("2001:db8:1000:f000::/64".to_owned()),
        ..any_route("", "")
    };
    assert_eq!(collisions(late, ROUNDS, any_route("", ""), chosen).await, 0);
}
