"""The operators that a symbol file may name: pure functions of its arrays.

They are those of NumPy's and Gluon's layers, of the sections' networks, and of INT8
networks. Left out is what reaches beyond its arrays: operators that call back into
Python or take addresses (`Custom`, `_Native`, `_NDArray`), that read files or pictures,
that write into their inputs as optimizers do, those for sparse arrays, and those that
find their place in memory by numbers of their arrays, without a look at them
(`SequenceLast`, `ROIAlign`, `CTCLoss`).
"""

__all__ = []

LAYERS = """
    Activation BatchNorm BlockGrad Cast Concat Convolution Crop Deconvolution Dropout
    Embedding Flatten FullyConnected GroupNorm InstanceNorm L2Normalization LRN
    LayerNorm LeakyReLU MakeLoss Pad Pooling RNN Reshape SequenceMask SliceChannel
    SoftmaxActivation SoftmaxOutput SwapAxis UpSampling _rnn_param_concat
    _contrib_AdaptiveAvgPooling2D _contrib_BatchNormWithReLU _contrib_BilinearResize2D
    _contrib_MultiBoxDetection _contrib_MultiBoxPrior _contrib_MultiBoxTarget
    _contrib_SyncBatchNorm _contrib_arange_like _contrib_box_decode _contrib_box_encode
    _contrib_box_iou _contrib_box_nms _contrib_div_sqrt_dim _contrib_gradientmultiplier
    _contrib_round_ste _contrib_sign_ste hard_sigmoid log_softmax smooth_l1 softmax
    softmin softsign"""
NUMPY = """
    _np_all _np_any _np_atleast_1d _np_atleast_2d _np_atleast_3d _np_copy _np_cumsum
    _np_diag _np_diagflat _np_diagonal _np_dot _np_max _np_min _np_moveaxis _np_prod
    _np_reshape _np_roll _np_squeeze _np_sum _np_trace _np_transpose _npi_absolute
    _npi_add _npi_add_scalar _npi_arange _npi_arccos _npi_arccosh _npi_arcsin
    _npi_arcsinh _npi_arctan _npi_arctan2 _npi_arctan2_scalar _npi_arctanh _npi_argmax
    _npi_argmin _npi_around _npi_average _npi_bernoulli _npi_bitwise_and
    _npi_bitwise_and_scalar _npi_bitwise_not _npi_bitwise_or _npi_bitwise_or_scalar
    _npi_bitwise_xor _npi_bitwise_xor_scalar _npi_blackman _npi_broadcast_to _npi_cbrt
    _npi_ceil _npi_cholesky _npi_column_stack _npi_concatenate _npi_copysign
    _npi_copysign_scalar _npi_cos _npi_cosh _npi_degrees _npi_det _npi_diff _npi_dsplit
    _npi_dstack _npi_einsum _npi_equal _npi_equal_scalar _npi_exp _npi_expm1
    _npi_exponential _npi_eye _npi_fix _npi_flip _npi_floor _npi_full_like _npi_gamma
    _npi_greater _npi_greater_equal _npi_greater_equal_scalar _npi_greater_scalar
    _npi_gumbel _npi_hamming _npi_hanning _npi_hsplit _npi_hypot _npi_hypot_scalar
    _npi_identity _npi_indices _npi_inv _npi_isfinite _npi_isinf _npi_isnan
    _npi_isneginf _npi_isposinf _npi_lcm _npi_lcm_scalar _npi_ldexp _npi_ldexp_scalar
    _npi_less _npi_less_equal _npi_less_equal_scalar _npi_less_scalar _npi_linspace
    _npi_log _npi_log10 _npi_log1p _npi_log2 _npi_logical_not _npi_logistic
    _npi_logspace _npi_matmul _npi_mean _npi_mod _npi_mod_scalar _npi_multiply
    _npi_multiply_scalar _npi_nan_to_num _npi_negative _npi_norm _npi_normal
    _npi_normal_n _npi_not_equal _npi_not_equal_scalar _npi_ones _npi_pad _npi_pareto
    _npi_percentile _npi_pinv _npi_pinv_scalar_rcond _npi_polyval _npi_power
    _npi_power_scalar _npi_powerd _npi_radians _npi_random_randint _npi_rarctan2_scalar
    _npi_rayleigh _npi_rcopysign_scalar _npi_reciprocal _npi_rint _npi_rldexp_scalar
    _npi_rmod_scalar _npi_rot90 _npi_rpower_scalar _npi_rsubtract_scalar
    _npi_rtrue_divide_scalar _npi_sign _npi_sin _npi_sinh _npi_slogdet _npi_solve
    _npi_split _npi_sqrt _npi_square _npi_stack _npi_std _npi_subtract
    _npi_subtract_scalar _npi_svd _npi_tan _npi_tanh _npi_tensordot
    _npi_tensordot_int_axes _npi_tril _npi_true_divide _npi_true_divide_scalar
    _npi_trunc _npi_uniform _npi_uniform_n _npi_var _npi_vstack _npi_weibull _npi_where
    _npi_where_lscalar _npi_where_rscalar _npi_where_scalar2 _npi_zeros
    _npx_activation _npx_relu _npx_reshape _npx_sigmoid"""
LEGACY = """
    _arange _copy _div_scalar _equal _equal_scalar _eye _full _grad_add _greater
    _greater_equal _greater_equal_scalar _greater_scalar _hypot _hypot_scalar
    _identity_with_attr_like_rhs _lesser _lesser_equal _lesser_equal_scalar
    _lesser_scalar _linalg_det _linalg_extractdiag _linalg_extracttrian _linalg_gelqf
    _linalg_gemm _linalg_gemm2 _linalg_inverse _linalg_makediag _linalg_maketrian
    _linalg_potrf _linalg_potri _linalg_slogdet _linalg_sumlogdiag _linalg_syevd
    _linalg_syrk _linalg_trmm _linalg_trsm _linspace _logical_and _logical_and_scalar
    _logical_or _logical_or_scalar _logical_xor _logical_xor_scalar _maximum
    _maximum_scalar _minimum _minimum_scalar _minus _minus_scalar _mod _mod_scalar _mul
    _mul_scalar _not_equal _not_equal_scalar _ones _plus _plus_scalar _power
    _power_scalar _random_exponential _random_gamma _random_normal _random_normal_like
    _random_poisson _random_randint _random_uniform _random_uniform_like _rdiv_scalar
    _rminus_scalar _rmod_scalar _rpower_scalar _split_v2 _square_sum _zeros abs add_n
    amp_cast amp_multicast arccos arccosh arcsin arcsinh arctan arctanh argmax
    argmax_channel argmin argsort batch_dot broadcast_add broadcast_axis broadcast_div
    broadcast_equal broadcast_greater broadcast_greater_equal broadcast_hypot
    broadcast_lesser broadcast_lesser_equal broadcast_like broadcast_logical_and
    broadcast_logical_or broadcast_logical_xor broadcast_maximum broadcast_minimum
    broadcast_mod broadcast_mul broadcast_not_equal broadcast_power broadcast_sub
    broadcast_to cbrt ceil clip cos cosh cumsum degrees depth_to_space diag dot
    elemwise_add elemwise_div elemwise_mul elemwise_sub erf erfinv exp expand_dims expm1
    fix floor gamma gammaln gather_nd identity log log10 log1p log2 logical_not max mean
    min moments nanprod nansum negative norm one_hot ones_like pick prod radians rcbrt
    reciprocal relu repeat reshape_like reverse rint round rsqrt shape_array sigmoid
    sign sin sinh size_array slice slice_axis slice_like sort space_to_depth sqrt square
    squeeze stack sum take tan tanh tile topk transpose trunc where zeros_like"""
INT8 = """
    _contrib_dequantize _contrib_quantize _contrib_quantize_v2 _contrib_quantized_act
    _contrib_quantized_batch_norm _contrib_quantized_concat _contrib_quantized_conv
    _contrib_quantized_elemwise_add _contrib_quantized_elemwise_mul
    _contrib_quantized_embedding _contrib_quantized_flatten
    _contrib_quantized_fully_connected _contrib_quantized_pooling _contrib_requantize"""
# those that hold graphs of their own
LOOP = '_foreach'
FUSED = {'_sg_mkldnn_conv', '_sg_mkldnn_fully_connected'}
PLAIN = set(f'{LAYERS} {NUMPY} {LEGACY} {INT8}'.split())
