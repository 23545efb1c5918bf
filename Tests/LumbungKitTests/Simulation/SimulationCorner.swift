/// What a simulation can come to, so that a test sees whether the seeds still reach everything.
enum SimulationCorner: CaseIterable {
    // What destinations bring about.
    case rested, probed, throttled, rated, batched, busy
    // What operators and senders bring about.
    case paused, removed, replayed, cancelled, freed, duplicated, revived
    // What stops, crashes and stores bring about.
    case handedBack, cut, interrupted, poisoned, reclaimed, pruned, storeFailed, clockSet
}
