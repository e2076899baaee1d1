"""The operators that a SavedModel of ours may hold: they compute numbers from numbers, and reach nothing else.

None of them reads or writes a file, runs Python, opens a connection, prints, or keeps a state. What a network of Keras
needs for its answers is here; a test holds that each is known to TensorFlow and that all our own exports keep to them.
"""

_NUMBERS = """
    Abs Acos Acosh Add AddN AddV2 All Any ArgMax ArgMin Asin Asinh Atan Atan2 Atanh AvgPool AvgPool3D BatchMatMul
    BatchMatMulV2 BatchMatMulV3 BatchToSpaceND BiasAdd BitwiseAnd BitwiseOr BitwiseXor BroadcastArgs BroadcastTo
    Bucketize Cast Ceil ClipByValue ConcatV2 Const Conv2D Conv3D Cos Cosh Cross CumulativeLogsumexp Cumprod Cumsum
    DenseBincount DepthToSpace DepthwiseConv2dNative Diag DiagPart Digamma Div DivNoNan DynamicPartition DynamicStitch
    Einsum Elu EnsureShape Equal Erf Erfc Erfinv Exp ExpandDims Expm1 Fill Floor FloorDiv FloorMod FusedBatchNormV3
    Gather GatherNd GatherV2 Greater GreaterEqual Identity IdentityN InTopKV2 InvertPermutation Invert IsFinite IsInf
    IsNan L2Loss LRN LeakyRelu LeftShift Less LessEqual Lgamma LinSpace Log Log1p LogSoftmax LogicalAnd LogicalNot
    LogicalOr LowerBound MatMul MatrixBandPart MatrixDiagPartV3 MatrixDiagV3 MatrixSetDiagV3 Max MaxPool MaxPool3D
    MaxPoolV2 Maximum Mean Min Minimum MirrorPad Mod Mul MulNoNan Neg NoOp NotEqual OneHot OnesLike Pack Pad PadV2
    ParallelDynamicStitch Placeholder PlaceholderWithDefault Pow PreventGradient Prod Range Rank RealDiv Reciprocal
    Relu Relu6 Reshape ResizeBicubic ResizeBilinear ResizeNearestNeighbor ReverseSequence ReverseV2 RightShift Rint
    Roll Round Rsqrt ScatterNd SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum Select SelectV2 Selu Shape
    ShapeN Sigmoid Sign Sin Sinh Size Slice Snapshot Softmax Softplus Softsign SpaceToBatchND SpaceToDepth Split
    SplitV Sqrt Square SquaredDifference Squeeze StopGradient StridedSlice Sub Sum Tan Tanh TensorScatterAdd
    TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate Tile TopKV2 Transpose TruncateDiv
    TruncateMod Unique UniqueV2 UniqueWithCounts Unpack UnravelIndex UnsortedSegmentMax UnsortedSegmentMin
    UnsortedSegmentProd UnsortedSegmentSum UpperBound Where Xdivy Xlog1py Xlogy ZerosLike
"""
# how the recurrent layers of Keras keep what their steps give
_LISTS = """
    EmptyTensorList TensorListConcatV2 TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem
    TensorListLength TensorListPopBack TensorListPushBack TensorListReserve TensorListResize TensorListSetItem
    TensorListSplit TensorListStack
"""
_STRINGS = "RaggedTensorToTensor UnicodeDecode"
_WEIGHTS = "ReadVariableOp ResourceGather ResourceGatherNd"

CALLS = frozenset(
    "Case If PartitionedCall StatefulPartitionedCall StatelessCase StatelessIf StatelessWhile While".split()
)
LOOPS = frozenset(["StatelessWhile", "While"])
PURE = frozenset((_NUMBERS + _LISTS + _STRINGS + " " + _WEIGHTS).split()) | CALLS
# only beside the functions: places for the weights, and the name of the asset
OUTSIDE = PURE | frozenset(["AssignVariableOp", "VarHandleOp", "VarIsInitializedOp"])
# what TensorFlow writes the two functions that save and restore weights with; nothing else may call these two
SAVER = frozenset(
    "AssignVariableOp DisableCopyOnRead MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename StaticRegexFullMatch "
    "StringJoin".split()
)
