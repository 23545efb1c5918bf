/// Which events of a source a route takes.
public struct RouteRule: Sendable, Hashable {
    /// The types it takes; empty for any.
    public var types: [TypePattern]
    /// The tenants whose events it takes; empty for any.
    public var tenants: [TypePattern]
    /// What must hold of the payload, all of it; empty for nothing.
    public var conditions: [RouteCondition]

    /// Makes a rule; without arguments it takes every event.
    public init(types: [TypePattern] = [], tenants: [TypePattern] = [], conditions: [RouteCondition] = []) {
        self.types = types
        self.tenants = tenants
        self.conditions = conditions
    }

    /// Whether it takes every event.
    fileprivate var asksForNothing: Bool { types.isEmpty && tenants.isEmpty && conditions.isEmpty }
}

/// The routes of one source, ready to tell where each of its events goes.
///
/// Made once for a source and used for every event; immutable and cheap to copy.
public struct RouteTable: Sendable {
    /// The places in a payload that the routes ask about, each once, in the order in which values are handed in.
    public let pointers: [JSONPointer]

    /// Where every event goes, sorted, each once.
    private let always: [DestinationID]
    /// The routes that ask for something, and that could add a destination to those of every event.
    private let rows: [Row]
    /// The destinations that want an order, with the place of their key.
    private let orders: [Order]

    private struct Order: Sendable {
        var destination: DestinationID
        /// The place, as a position in `pointers`; nil for the tenant.
        var place: Int?
        var deadBlocks: Bool
    }

    private struct Row: Sendable {
        var types: [TypePattern]
        var tenants: [TypePattern]
        var conditions: [Condition]
        var destinations: [DestinationID]

        func takes(type: [UInt8], tenant: [UInt8], values: inout [TestedValue]) -> Bool {
            guard types.isEmpty || types.contains(where: { $0.matches(type) }) else { return false }
            guard tenants.isEmpty || tenants.contains(where: { $0.matches(tenant) }) else { return false }
            for condition in conditions {
                guard !values[condition.place].isAmbiguous, condition.test.holds(for: &values[condition.place]) else {
                    return false
                }
            }
            return true
        }
    }

    /// The places that were asked about so far, each once.
    private struct Places {
        private(set) var pointers: [JSONPointer] = []
        private var known: [JSONPointer: Int] = [:]

        /// The position of a place, which is a new one when nobody has asked about it yet.
        mutating func place(of pointer: JSONPointer) -> Int {
            if let place = known[pointer] { return place }
            known[pointer] = pointers.count
            pointers.append(pointer)
            return pointers.count - 1
        }
    }

    private struct Condition: Sendable {
        /// The place, as a position in `pointers`.
        var place: Int
        var test: ConditionTest
    }

    /// Makes the table of a source whose events all go to the same destinations.
    public init(always destinations: [DestinationID], orders: [DestinationID: OrderRule] = [:]) {
        self.init([(RouteRule(), destinations)], orders: orders)
    }

    /// Makes a table from a source's routes; their order does not matter.
    public init(
        _ routes: [(rule: RouteRule, destinations: [DestinationID])], orders rules: [DestinationID: OrderRule] = [:]
    ) {
        let plain = routes.filter { $0.rule.asksForNothing }
        let always = Set(plain.flatMap(\.destinations))
        var places = Places()
        var rows: [Row] = []
        for (rule, destinations) in routes {
            let more = Set(destinations).subtracting(always).sorted()
            guard !more.isEmpty else { continue }
            let conditions = rule.conditions.map { condition in
                Condition(place: places.place(of: condition.pointer), test: condition.test)
            }
            rows.append(
                Row(types: rule.types, tenants: rule.tenants, conditions: conditions, destinations: more))
        }
        let reached = Set(routes.flatMap(\.destinations))
        orders = rules.filter { reached.contains($0.key) }.sorted { $0.key < $1.key }.map { destination, rule in
            let place: Int? = if case .json(let pointer) = rule.key { places.place(of: pointer) } else { nil }
            return Order(destination: destination, place: place, deadBlocks: rule.deadBlocks)
        }
        pointers = places.pointers
        self.always = always.sorted()
        self.rows = rows
    }

    /// The places in an order of an event's deliveries; empty when no destination of its wants one.
    /// - Parameters:
    ///   - destinations: Where the event goes.
    ///   - tenant: The event's tenant.
    ///   - values: The scanned values at ``pointers``.
    public func orderKeys(
        of destinations: [DestinationID], tenant: String, values: ArraySlice<ScannedValue>
    ) -> [DestinationID: OrderKey] {
        guard !orders.isEmpty else { return [:] }
        var keys: [DestinationID: OrderKey] = [:]
        for order in orders where destinations.contains(order.destination) {
            guard let place = order.place else {
                if !tenant.isEmpty { keys[order.destination] = OrderKey(tenant, deadBlocks: order.deadBlocks) }
                continue
            }
            guard let value = values.dropFirst(place).first else { continue }
            keys[order.destination] = OrderKey(value, deadBlocks: order.deadBlocks)
        }
        return keys
    }

    /// Whether every event goes the same way, so that neither its type, its tenant nor its values matter.
    public var isConstant: Bool { rows.isEmpty }

    /// Where an event goes: the destinations of every route that takes it, sorted, each once; none when no route does.
    ///
    /// Nothing is allocated when ``isConstant``.
    ///
    /// - Parameters:
    ///   - type: The event's type.
    ///   - tenant: The event's tenant.
    ///   - values: What stands at ``pointers``, in their order; a value left out counts as absent.
    public func destinations(
        type: String, tenant: String = "", values: ArraySlice<ScannedValue>
    ) -> [DestinationID] {
        guard !isConstant else { return always }
        let (type, tenant) = (Array(type.utf8), Array(tenant.utf8))
        var tested = values.prefix(pointers.count).map(TestedValue.init)
        while tested.count < pointers.count { tested.append(TestedValue(.absent)) }
        var found = always
        var hasSeveral = false
        for row in rows where row.takes(type: type, tenant: tenant, values: &tested) {
            // One route's list is in order already, and shared.
            hasSeveral = !found.isEmpty
            if hasSeveral { found += row.destinations } else { found = row.destinations }
        }
        return hasSeveral ? Set(found).sorted() : found
    }
}
