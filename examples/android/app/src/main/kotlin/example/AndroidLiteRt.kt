package example

import i18n.TextModel
import java.io.File
import org.tensorflow.lite.Interpreter

/** LiteRT's own class on Android, as `TextModel` asks for it: code points of one text in, numbers out. */
class AndroidLiteRt(file: File) : TextModel.Runtime {
    private val interpreter = Interpreter(file, Interpreter.Options().setNumThreads(1))

    @Synchronized // an interpreter answers one text at a time
    override fun run(codepoints: IntArray): FloatArray {
        interpreter.resizeInput(0, intArrayOf(1, codepoints.size))
        interpreter.allocateTensors()
        val numbers = arrayOf(FloatArray(interpreter.getOutputTensor(0).shape()[1]))
        interpreter.run(arrayOf(codepoints), numbers)
        return numbers[0]
    }
}
