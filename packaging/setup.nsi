; The installer for one person without administrator's rights. packaging/make runs it in the folder of the programs:
;   makensis -DVERSION=0.1.0 -DOUT=feebridge-0.1.0-setup.exe [-DSIGN=program] setup.nsi
; With /S it asks nothing. Exit status: 0 done, 2 a file could not be written, 3 Feebridge is running,
; 4 a newer version is installed, 5 the computer has the MSI, 6 no Windows 10.
Target amd64-unicode
SetCompressor /SOLID zlib ; lzma would take a minute, for 15 MB instead of 39
!include "MUI2.nsh"
!include "x64.nsh"
!include "WinVer.nsh"
!include "WordFunc.nsh"
!include "Win\COM.nsh"
!include "Win\Propkey.nsh"
Name "Feebridge"
OutFile "${OUT}"
RequestExecutionLevel user
AllowSkipFiles off ; or a silent installation would leave out what it cannot write, and say that it is done
InstallDir "$LOCALAPPDATA\Programs\Feebridge"
InstallDirRegKey HKCU "Software\Feebridge" "Folder"
BrandingText "Feebridge ${VERSION}"
ManifestDPIAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Feebridge"
VIAddVersionKey "FileDescription" "Feebridge setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "Apache License 2.0"
!define MUI_ICON "feebridge.ico"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\feebridge.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!define REMOVAL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Feebridge"
!define APP "org.feebridge.app" ; under which Windows shows notifications
!ifdef SIGN
  !uninstfinalize '"${SIGN}" "%1"' = 0
!endif

!macro Refuse STATUS TEXT
  MessageBox MB_OK|MB_ICONSTOP "${TEXT}" /SD IDOK
  SetErrorLevel ${STATUS}
  Quit
!macroend

; Windows opens the file of a running program to nobody for writing. Nothing is replaced or deleted before both are free.
!macro RefuseWhileRunning FILE
  ${If} ${FileExists} "$INSTDIR\${FILE}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${FILE}" a
    ${If} ${Errors}
      !insertmacro Refuse 3 "Feebridge is running. Close it, then try again."
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    !insertmacro Refuse 6 "Feebridge needs Windows 10 or newer, 64-bit."
  ${EndIf}
  SetRegView 64
  ReadRegStr $0 HKLM "Software\Feebridge" "Version"
  ${If} $0 != ""
    !insertmacro Refuse 5 "Feebridge $0 is installed on this computer for everybody. Whoever looks after the computer can update it."
  ${EndIf}
  ReadRegStr $0 HKCU "${REMOVAL}" "DisplayVersion"
  ${VersionCompare} "$0" "${VERSION}" $1
  ${If} $0 != ""
  ${AndIf} $1 = 1
    !insertmacro Refuse 4 "A newer version of Feebridge, $0, is installed. To go back, remove it first and restore the backup that it made before it changed the database."
  ${EndIf}
FunctionEnd

Section
  !insertmacro RefuseWhileRunning feebridge.exe
  !insertmacro RefuseWhileRunning feebridge.com
  SetOutPath "$INSTDIR"
  File feebridge.exe
  File feebridge.com
  File LICENSE.txt
  File THIRD-PARTY.txt
  WriteUninstaller "$INSTDIR\uninstall.exe"
  Call MakeShortcut
  WriteRegStr HKCU "Software\Feebridge" "Folder" "$INSTDIR"
  WriteRegStr HKCU "Software\Classes\feebridge" "" "URL:Feebridge"
  WriteRegStr HKCU "Software\Classes\feebridge" "URL Protocol" ""
  WriteRegStr HKCU "Software\Classes\feebridge\shell\open\command" "" '"$INSTDIR\feebridge.exe" --link "%1"'
  WriteRegStr HKCU "Software\Classes\AppUserModelId\${APP}" "DisplayName" "Feebridge"
  WriteRegStr HKCU "${REMOVAL}" "DisplayName" "Feebridge"
  WriteRegStr HKCU "${REMOVAL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${REMOVAL}" "DisplayIcon" "$INSTDIR\feebridge.exe"
  WriteRegStr HKCU "${REMOVAL}" "Publisher" "Feebridge"
  WriteRegStr HKCU "${REMOVAL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${REMOVAL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${REMOVAL}" "NoModify" 1
  WriteRegDWORD HKCU "${REMOVAL}" "NoRepair" 1
SectionEnd

; The entry of the Start menu. CreateShortcut cannot give it an identity, and is there for where this way fails.
Function MakeShortcut
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P= 0
    CreateShortcut "$SMPROGRAMS\Feebridge.lnk" "$INSTDIR\feebridge.exe"
    Return
  ${EndIf}
  ${IShellLink::SetPath} $0 '("$INSTDIR\feebridge.exe")'
  ${IShellLink::SetWorkingDirectory} $0 '("$INSTDIR")'
  ${IShellLink::SetDescription} $0 '("Export invoices to Xero")'
  ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r1)'
  ${If} $1 P<> 0
    System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r2'
    System::Call '*(&w64 "${APP}")p.r4'
    System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,p r4)p.r3'
    ${IPropertyStore::SetValue} $1 '($2,$3)'
    ${IPropertyStore::Commit} $1 ""
    System::Free $2
    System::Free $3
    System::Free $4
    ${IUnknown::Release} $1 ""
  ${EndIf}
  ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
  ${If} $1 P<> 0
    ${IPersistFile::Save} $1 '("$SMPROGRAMS\Feebridge.lnk",1)'
    ${IUnknown::Release} $1 ""
  ${EndIf}
  ${IUnknown::Release} $0 ""
FunctionEnd

; The firm's data is elsewhere, and stays.
Section "Uninstall"
  !insertmacro RefuseWhileRunning feebridge.exe
  !insertmacro RefuseWhileRunning feebridge.com
  Delete "$INSTDIR\feebridge.exe"
  Delete "$INSTDIR\feebridge.com"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD-PARTY.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Feebridge.lnk"
  DeleteRegKey HKCU "Software\Classes\feebridge"
  DeleteRegKey HKCU "Software\Classes\AppUserModelId\${APP}"
  DeleteRegKey HKCU "Software\Feebridge"
  DeleteRegKey HKCU "${REMOVAL}"
SectionEnd
