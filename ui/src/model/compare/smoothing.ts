/** Exponential smoothing of a curve, debiased so that its beginning is not drawn towards zero. */

/**
 * Smooth `values` with `weight` from 0 (as they are) to below 1. What is not finite stays a gap and weighs nothing.
 *
 * The n-th mean of v is divided by 1 - weight^n, as in Adam (Kingma and Ba, 2015).
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  const kept = Math.min(Math.max(weight, 0), 0.999);
  let mean = 0;
  let bias = 1;
  return values.map(value => {
    if (value === null || !Number.isFinite(value)) {
      return null;
    }
    mean = kept * mean + (1 - kept) * value;
    bias *= kept;
    return mean / (1 - bias);
  });
}
