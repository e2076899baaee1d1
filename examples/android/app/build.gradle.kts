plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
}

// The class that reads the file is the one that examples/jvm runs: copied, so that there is one source of it.
val shared = tasks.register<Copy>("sharedSources") {
    from("../../jvm") { include("TextModel.java", "Json.java") }
    into(layout.buildDirectory.dir("shared"))
}

android {
    namespace = "example"
    compileSdk = 35
    defaultConfig { minSdk = 26; targetSdk = 35 }
    compileOptions { sourceCompatibility = JavaVersion.VERSION_17; targetCompatibility = JavaVersion.VERSION_17 }
    kotlinOptions { jvmTarget = "17" }
    sourceSets["main"].java.srcDir(shared)
}

dependencies { implementation("com.google.ai.edge.litert:litert:1.4.0") }
