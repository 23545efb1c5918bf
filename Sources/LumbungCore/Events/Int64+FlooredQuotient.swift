extension Int64 {
    /// The quotient rounded towards minus infinity, so that times before 1970 fall into the day they belong to.
    package func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
