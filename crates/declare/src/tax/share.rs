//! Splitting a charge over lines without losing a fen.

/// Splits `total` fen over lines in proportion to their weights by largest remainder: each line gets its whole fen, and the
/// fen left over go to the largest remainders (a tie: the larger weight, then the earlier line). Weights that are all zero
/// share equally. Policy: no notice settles how a charge is split; what counts is that the shares sum to the charge.
pub(super) fn by_largest_remainder(total: i128, weights: &[i128]) -> Vec<i128> {
    if weights.is_empty() {
        return Vec::new();
    }
    let sum: i128 = weights.iter().sum();
    let equal;
    let (weights, sum) = if sum > 0 {
        (weights, sum)
    } else {
        equal = vec![1; weights.len()];
        (equal.as_slice(), weights.len() as i128)
    };
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = total;
    for (index, weight) in weights.iter().enumerate() {
        let product = total * weight;
        let share = product / sum;
        left -= share;
        shares.push(share);
        remainders.push((share * sum - product, -weight, index));
    }
    if left > 0 {
        remainders.sort_unstable();
        for &(_, _, index) in remainders.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
            shares[index] += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_of_the_worked_examples() {
        // E13: freight 10.00 over 99.00 / 59.90 / 10.10.
        assert_eq!(by_largest_remainder(1000, &[9900, 5990, 1010]), [586, 354, 60]);
        // E17: a tie goes to the earlier line.
        assert_eq!(by_largest_remainder(1000, &[1, 1, 1]), [334, 333, 333]);
        // E14: 50.00 off over 320.00 / 128.00 / 39.90.
        assert_eq!(by_largest_remainder(5000, &[32000, 12800, 3990]), [3279, 1312, 409]);
    }

    proptest! {
        #[test]
        fn no_fen_is_lost(total in 0i128..1_000_000, weights in proptest::collection::vec(0i128..10_000_000, 1..99)) {
            let shares = by_largest_remainder(total, &weights);
            prop_assert_eq!(shares.iter().sum::<i128>(), total);
            prop_assert!(shares.iter().all(|share| *share >= 0));
        }
    }
}
