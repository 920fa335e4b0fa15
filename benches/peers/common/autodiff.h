/* autodiff.h - calls of functions that autodiff-opt has compiled.
 *
 * A memref of rank r crosses the C boundary as its descriptor, member by member: the allocation, the data, an offset,
 * r extents and r strides.  Pn is the type of such parameters, Vn(p, extents) a dense row-major one at p.          */
#ifdef AUTODIFF
#define P1 const void *, const void *, int64_t, int64_t, int64_t
#define P2 P1, int64_t, int64_t
#define P3 P2, int64_t, int64_t
#define P4 P3, int64_t, int64_t
#define V1(p, a) p, p, 0, a, 1
#define V2(p, a, b) p, p, 0, a, b, b, 1
#define V3(p, a, b, c) p, p, 0, a, b, c, (int64_t)(b) * (c), c, 1
#define V4(p, a, b, c, d) p, p, 0, a, b, c, d, (int64_t)(b) * (c) * (d), (int64_t)(c) * (d), d, 1
#endif
