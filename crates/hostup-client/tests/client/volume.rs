//! How well creates use the time, and that two processes do not take each other's routes. The tests
//! print what they measure: run them with `--nocapture`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hostup_client::{Client, NewRoute};
use hostup_mock_api::{MockApi, Request};
use tokio::sync::Semaphore;

use crate::moves::{begin, moved};
use crate::{any_route, client_of, client_with, operation};

/// Creates `count` equal routes, `at_a_time` concurrently.
pub(crate) async fn create(client: &Client, count: usize, at_a_time: usize, new: &NewRoute) {
    let slots = Arc::new(Semaphore::new(at_a_time));
    let creates: Vec<_> = (0..count)
        .map(|_| {
            let (client, slots, new) = (client.clone(), Arc::clone(&slots), new.clone());
            tokio::spawn(async move {
                let _slot = slots.acquire().await.expect("open");
                client.routed_ipv6().create_route(&operation(), &new).await
            })
        })
        .collect();
    for create in creates {
        create.await.expect("no panic").expect("created");
    }
}

/// 100 creates, ten at a time. The API takes 50 ms for each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_creates_keep_ten_slots_busy() {
    const AT_A_TIME: usize = 10;
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|switches| switches.latency = Duration::from_millis(50));
    let client = client_with(&mock, |it| {
        it.max_concurrent_requests = AT_A_TIME.try_into().expect("not zero");
    });
    create(&client, 100, AT_A_TIME, &any_route(&pool, &vps)).await;
    let sent = mock.requests().len();
    assert!(sent <= 103, "{sent} requests");
    let mut posts = mock.requests();
    posts.retain(|request| request.method == "POST");
    assert_eq!((posts.len(), mock.routes().len()), (100, 100));
    let answered = |it: &Request| it.responded.expect("a response");
    let first = posts.iter().map(|it| it.at).min().expect("a POST");
    let last = posts.iter().map(answered).max().expect("a response");
    let whole = last.duration_since(first).as_secs_f64();
    let served: f64 = posts
        .iter()
        .map(|it| answered(it).duration_since(it.at).as_secs_f64())
        .sum();
    let used = served / (10.0 * whole);
    println!(
        "100 creates, 50 ms, ten at a time: {sent} requests, {whole:.2} s, {:.0} a second; \
         {:.0} % of the slots in use, {:.0} % of what the latency alone allows",
        100.0 / whole,
        used * 100.0,
        0.5 / whole * 100.0
    );
    let in_flight = |at: Instant| {
        let under_way = |it: &&Request| it.at <= at && at < answered(it);
        posts.iter().filter(under_way).count()
    };
    let most = posts.iter().map(|it| in_flight(it.at)).max();
    assert_eq!(most, Some(AT_A_TIME), "in flight at a time");
    // Each response is the whole account. Decoding it without optimization takes longer than the
    // latency leaves. The mock's own work counts as the API's.
    if !cfg!(debug_assertions) {
        assert!(used >= 0.85, "{:.0} % of the slots' time", used * 100.0);
    }
}

/// Fifty equal creates, twenty at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_equal_creates_send_three_more_requests_at_most() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|switches| switches.latency_jitter = Duration::from_millis(20));
    let client = client_with(&mock, |it| {
        it.max_concurrent_requests = 20.try_into().expect("not zero");
    });
    create(&client, 50, 20, &any_route(&pool, &vps)).await;
    let sent = mock.requests().len();
    println!("50 equal creates, 20 at a time: {sent} requests");
    assert_eq!(mock.routes().len(), 50);
    assert!(sent <= 53, "{sent} requests");
}

/// Lets two processes create one equal route each at the same time, `rounds` times. Returns how
/// often both took the same route, how many routes neither knows, and how many requests they sent.
async fn collisions(late: Duration, rounds: usize) -> (usize, usize, usize) {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|switches| {
        switches.latency_jitter = Duration::from_millis(10);
        switches.late_201_state = late;
    });
    let new = any_route(&pool, &vps);
    let (mut collided, mut orphans) = (0, 0);
    for _ in 0..rounds {
        let (a, b) = (client_of(&mock), client_of(&mock));
        let operation = operation();
        let (a, b) = (a.routed_ipv6(), b.routed_ipv6());
        let (mine, theirs) = tokio::join!(
            a.create_route(&operation, &new),
            b.create_route(&operation, &new)
        );
        let (mine, theirs) = (mine.expect("created").id, theirs.expect("created").id);
        collided += usize::from(mine == theirs);
        for route in mock.routes() {
            let id = route["id"].as_str().expect("an id");
            orphans += usize::from(id != mine && id != theirs);
            mock.remove_route(id);
        }
    }
    (collided, orphans, mock.requests().len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_creates_of_two_processes_share_and_lose_no_route() {
    const ROUNDS: usize = 80;
    let begun = Instant::now();
    // Four accounts at the same time.
    let runs: Vec<_> = (0..4)
        .map(|_| tokio::spawn(collisions(Duration::from_millis(10), ROUNDS / 4)))
        .collect();
    let mut all = (0, 0, 0);
    for run in runs {
        let (collided, orphans, requests) = run.await.expect("no panic");
        all = (all.0 + collided, all.1 + orphans, all.2 + requests);
    }
    let (collided, orphans, requests) = all;
    println!(
        "equal creates of two processes, {ROUNDS} runs with late responses: {collided} shared \
         ids, {orphans} orphans, {requests} requests, {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    assert_eq!((collided, orphans), (0, 0));
}

/// How long the API takes for each request of [`race`].
const LATENCY: Duration = Duration::from_millis(150);

/// Runs moves and creates concurrently. Returns how long each took.
async fn race(moves: usize, creates: usize) -> (Vec<Duration>, Vec<Duration>) {
    let mock = MockApi::start();
    let client = client_with(&mock, |it| {
        it.max_concurrent_requests = 40.try_into().expect("not zero");
    });
    let (old, new) = begin(&mock, &client).await;
    let mut olds = vec![old.clone()];
    while olds.len() < moves {
        let any = any_route(&new.pool_id, &old.vps_id);
        let route = client.routed_ipv6().create_route(&operation(), &any).await;
        olds.push(route.expect("created"));
    }
    mock.configure(|it| it.latency = LATENCY);
    mock.clear_requests();
    let moving = olds.into_iter().take(moves).map(|old| {
        let (client, mut new) = (client.clone(), new.clone());
        new.prefix = Some(old.prefix.clone());
        tokio::spawn(async move {
            let begun = Instant::now();
            let route = moved(&client, &old, &new).await.expect("moved");
            assert_eq!(route.prefix, old.prefix);
            begun.elapsed()
        })
    });
    let moving: Vec<_> = moving.collect();
    let creating = (0..creates).map(|_| {
        let (client, new) = (client.clone(), any_route(&new.pool_id, &old.vps_id));
        tokio::spawn(async move {
            let begun = Instant::now();
            let route = client.routed_ipv6().create_route(&operation(), &new).await;
            route.expect("created");
            begun.elapsed()
        })
    });
    let creating: Vec<_> = creating.collect();
    let (mut move_times, mut create_times) = (Vec::new(), Vec::new());
    for it in moving {
        move_times.push(it.await.expect("no panic"));
    }
    for it in creating {
        create_times.push(it.await.expect("no panic"));
    }
    assert_eq!(mock.routes().len(), moves.max(1) + creates);
    // Before the first response, the moves had read and all creates were sent.
    let requests = mock.requests();
    let answered = requests.iter().filter_map(|it| it.responded).min();
    let early = requests.iter().filter(|it| Some(it.at) < answered);
    let early = |method: &str| early.clone().filter(|it| it.method == method).count();
    assert!(early("GET") >= 1, "no move");
    assert_eq!(early("POST"), creates);
    (move_times, create_times)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_and_creates_do_not_wait_for_each_other() {
    // A move sends three requests, and a create at most two.
    let (moves, creates) = race(1, 30).await;
    let (one, most) = (moves[0], creates.iter().max().expect("some"));
    println!("a move beside 30 creates: {one:?}; the slowest create: {most:?}");
    assert!(one < 3 * 3 * LATENCY, "{one:?}");
    assert!(*most < 3 * 2 * LATENCY, "{most:?}");
    let (moves, creates) = race(30, 1).await;
    let (one, most) = (creates[0], moves.iter().max().expect("some"));
    println!("a create beside 30 moves: {one:?}; the slowest move: {most:?}");
    assert!(one < 3 * 2 * LATENCY, "{one:?}");
    assert!(*most < 3 * 3 * LATENCY, "{most:?}");
}
