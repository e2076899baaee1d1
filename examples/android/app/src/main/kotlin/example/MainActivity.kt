package example

import android.app.Activity
import android.os.Bundle
import android.text.Editable
import android.text.TextWatcher
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.TextView
import i18n.TextModel
import java.io.File
import java.io.IOException

/** Labels what is typed, as it is typed. The file lies in the app's assets as model.tflite. */
class MainActivity : Activity(), TextWatcher {
    private lateinit var answer: TextView
    private var model: TextModel? = null

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        val text = EditText(this)
        text.hint = "Wie wird das Wetter morgen?"
        answer = TextView(this)
        answer.textSize = 24f
        val column = LinearLayout(this)
        column.orientation = LinearLayout.VERTICAL
        column.addView(text)
        column.addView(answer)
        setContentView(column)
        try {
            val file = File(filesDir, "model.tflite")
            assets.open(file.name).use { from -> file.outputStream().use { to -> from.copyTo(to) } }
            model = TextModel(file, AndroidLiteRt(file)) // replays the golden examples in the file
        } catch (error: IOException) {
            answer.text = error.message // it does not answer as it must on this device: no answers, and why
        }
        text.addTextChangedListener(this)
    }

    override fun afterTextChanged(typed: Editable) {
        val best = model?.classify(typed.toString()) ?: return
        answer.text = "%s %.0f %%".format(best.label, best.score * 100)
    }

    override fun beforeTextChanged(text: CharSequence, start: Int, count: Int, after: Int) = Unit

    override fun onTextChanged(text: CharSequence, start: Int, before: Int, count: Int) = Unit
}
